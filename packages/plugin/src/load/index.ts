export { importPlugin, isPluginPath, type PluginKind } from './import-plugin.ts'
