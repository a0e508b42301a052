export { importPlugin, isPluginPackage, isPluginPath, type PluginKind } from './import-plugin.ts'
