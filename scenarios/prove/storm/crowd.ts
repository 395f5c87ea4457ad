/** Too few for a storm, enough to use up what policy may start in a minute: callers of whom one detector speaks at once. */
import type { Plane } from '../kill/plane.ts'

const CALLERS = 32

export const crowd = async (plane: Pick<Plane, 'ask'>): Promise<void> => {
  const signals = Array.from({ length: CALLERS }, (_, n) => ({
    ...{ time: new Date().toISOString(), key: `eager:${n}`, detector: 'eager', severity: 'high' },
    ...{ title: 'Something looks odd', entity: { kind: 'caller', id: `service:eager-${n}` }, evidence: {} },
  }))
  const { status } = await plane.ask('POST', '/api/v1/signals/batch', { signals })
  if (status >= 300) throw new Error(`the signals of a crowd were answered with ${status}`)
}
