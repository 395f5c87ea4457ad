/** The work of the importing thread: a file to a profile, or to the words that refuse it. */
import { createSeededRandom, toAppError } from '@rampart/kit'
import { openTable } from '@rampart/tables'
import type { ImportAnswer, ImportQuestion } from './import-messages.ts'
import { referenceFromTable } from './table-reference.ts'

/** Never rejects; a failure without a code is a fault of ours. */
export const readReference = async (question: ImportQuestion): Promise<ImportAnswer> => {
  const { path, delimiter, target, maxRows, maxUnpackedBytes, seed } = question
  try {
    const table = await openTable(path, {
      maxBytes: maxUnpackedBytes,
      ...(delimiter === undefined ? {} : { delimiter }),
    })
    const { uint32 } = createSeededRandom(seed)
    return { reference: await referenceFromTable(table, target, { maxRows, seed: uint32 }) }
  } catch (error) {
    const { code, kind, message } = toAppError(error)
    // The name of our spool file says nothing to whoever sent the table.
    return {
      failure: { code: kind === 'Internal' ? '' : code, message: message.replaceAll(path, 'the table') },
    }
  }
}
