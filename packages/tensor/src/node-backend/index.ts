export { findNodeBackends, type NodeBackend, type Search } from './find.ts'
export { loadBinding, type DeviceValues, type NativeBinding, type OpAttribute } from './binding.ts'
export { registerNodeBackend } from './register-backend.ts'
export { provisionFolder, tensorflowHome, type Env, type Flavour } from './home.ts'
export {
  bindingFile,
  libraryFolder,
  packageFolder,
  platformName,
  provisionFile,
  readProvision,
  type Provision,
} from './provision.ts'
