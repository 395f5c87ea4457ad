/** Requests that are taken or refused as a whole: halves a refused batch until the record at fault stands alone. */
import { ACCEPTED, type OutgoingRecord, type SendResult } from './transport.ts'

/** `post` gives undefined when the batch was taken, else why it was refused; it throws when nothing is known. */
export const sendSplitting = async (
  batch: readonly OutgoingRecord[],
  post: (batch: readonly OutgoingRecord[]) => Promise<string | undefined>,
): Promise<SendResult[]> => {
  const refusal = await post(batch)
  if (refusal === undefined) return batch.map(() => ACCEPTED)
  if (batch.length === 1) return [{ kind: 'refused', reason: refusal }]
  const middle = Math.ceil(batch.length / 2)
  return [
    ...(await sendSplitting(batch.slice(0, middle), post)),
    ...(await sendSplitting(batch.slice(middle), post)),
  ]
}
