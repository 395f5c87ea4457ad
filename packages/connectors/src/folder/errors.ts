/** Error catalogue of the folder registry. */
import { defineErrors } from '@rampart/kit'

export const folderErrors = defineErrors({
  FOLDER_NOT_ALLOWED: {
    kind: 'InvalidInput',
    summary: 'A folder registry must lie below a folder that the configuration names.',
    help: 'Name it in the configuration key registries.folders.',
  },
  FOLDER_UNREADABLE: {
    kind: 'Unavailable',
    summary: 'The folder of a registry is not there or cannot be read.',
  },
  FOLDER_FILE_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A version holds something else than plain files: links, devices, sockets, or too many of them.',
  },
  FOLDER_FILE_CHANGED: {
    kind: 'Unavailable',
    summary: 'A file changed while it was read; it is looked at again at the next poll.',
  },
})
