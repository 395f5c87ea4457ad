/** A watched folder as a registry. */
export { folderErrors } from './errors.ts'
export { createFolderRegistry, type FolderRegistryOptions, folderOf } from './folder-registry.ts'
