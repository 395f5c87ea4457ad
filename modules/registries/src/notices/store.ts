/** SQL of accepted deliveries. */
import type { Tx } from '@rampart/kit'

/** True the first time; deliveries that could not be accepted any more are forgotten on the way. */
export const remember = async (
  tx: Tx,
  registry: string,
  delivery: string,
  at: { readonly now: string; readonly forgetBefore: string },
): Promise<boolean> => {
  await tx.query('DELETE FROM registry_delivery WHERE received_at < $1', [at.forgetBefore])
  const rows = await tx.query(
    `INSERT INTO registry_delivery (registry, delivery, received_at) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING delivery`,
    [registry, delivery, at.now],
  )
  return rows.length > 0
}
