/** Error catalogue of the command line. */
import { defineErrors } from '@rampart/kit/core'

export const cliErrors = defineErrors({
  CLI_USAGE: { kind: 'InvalidInput', summary: 'The command was not written as it must be.' },
  CLI_UNKNOWN_KIND: {
    kind: 'InvalidInput',
    summary: 'There is no such kind of resource.',
    help: 'rampart get --help lists the kinds',
  },
  CLI_BAD_REFERENCE: {
    kind: 'InvalidInput',
    summary: 'A model version is written NAME:VERSION.',
    help: 'rampart get models -o name lists them',
  },
  CLI_BAD_MANIFEST: {
    kind: 'InvalidInput',
    summary: 'A file given to apply or delete is not a valid manifest.',
  },
  CLI_NO_EXAMPLE: {
    kind: 'NotFound',
    summary: 'There is no example or folder with held-out records of that name.',
  },
  CLI_BAD_RECORDS: { kind: 'InvalidInput', summary: 'The held-out records cannot be read.' },
  CLI_BAD_COLUMN: { kind: 'InvalidInput', summary: 'A column does not hold what the command needs.' },
  CLI_NOT_ASSESSED: {
    kind: 'Conflict',
    summary: 'The version was registered but its assessment failed or did not end in time.',
  },
  CLI_NOT_PROVEN: {
    kind: 'Conflict',
    summary: 'A step of a retraction or of a revert is not proven by its probe.',
  },
  CLI_NO_APPROVAL: { kind: 'NotFound', summary: 'No approval of the version is asked for.' },
  CLI_SYNC_FAILED: { kind: 'Unavailable', summary: 'A registry could not be walked to its end.' },
  CLI_TIMEOUT: { kind: 'DeadlineExceeded', summary: 'What was waited for did not happen in time.' },
  CLI_NO_CANARY: { kind: 'NotFound', summary: 'The route has no canary.' },
  CLI_FILES_UNTRUSTED: { kind: 'Conflict', summary: 'A scanned file is blocked or could not be verified.' },
  CLI_VERDICT_UNTRUSTED: {
    kind: 'Conflict',
    summary: 'A verdict denies, has expired, or is not signed by whom it must be.',
  },
  CLI_LOG_ALTERED: { kind: 'Conflict', summary: 'The audit log does not verify.' },
  CLI_NO_STATE: {
    kind: 'NotFound',
    summary: 'The state folder holds no database.',
    help: 'set RAMPART_HOME to the folder that npm start used, or DATABASE_URL',
  },
  CLI_BAD_LINES: {
    kind: 'Conflict',
    summary: 'Lines of the input could not be converted; the others were.',
  },
  CLI_NO_MODEL: { kind: 'NotFound', summary: 'There is no model and no file of that name.' },
  CLI_NO_FILE: { kind: 'NotFound', summary: 'A file named by an option cannot be read.' },
  CLI_MODEL_UNTRUSTED: {
    kind: 'Conflict',
    summary: 'A model or its signature is not trusted: another signer, a broken signature, or other files.',
  },
})
