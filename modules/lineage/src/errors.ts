/** What the lineage room can refuse. */
import { defineErrors } from '@rampart/kit'

export const lineageErrors = defineErrors({
  LINEAGE_EVENT_INVALID: {
    kind: 'InvalidInput',
    summary: 'An OpenLineage event does not follow the published shapes, or is larger than the limits.',
    help: 'Send RunEvents of OpenLineage 2.x (https://openlineage.io/spec/2-0-2/OpenLineage.json).',
  },
  LINEAGE_BOM_OTHER_BYTES: {
    kind: 'Conflict',
    summary: 'The bill of materials states the digest of other bytes than those of the version.',
    help: 'Import it for the version that it is about.',
  },
  LINEAGE_SAME_VERSION: { kind: 'InvalidInput', summary: 'A version was compared with itself.' },
})
