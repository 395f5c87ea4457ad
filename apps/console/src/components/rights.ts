/** What the signed-in person may ask for, as the server's policy says it; nothing is judged here. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'

/**
 * Why an API action would be refused, for a button's `disabledReason`; undefined when it would not, or when that
 * depends on what it is done to: then the server's answer to the click counts.
 */
export const useRefusal = (): ((action: string) => string | undefined) => {
  const denied = useQuery(queries.session()).data?.denied
  return (action) => {
    const refused = denied?.find((one) => one.action === action)
    return refused && (refused.reasons.join('; ') || `The policy refuses ${action}`)
  }
}
