/** Error and loading states of queries, in one voice. */
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { ApiProblem } from '../api/problem.ts'
import { ProblemBox } from '../ui/notice.tsx'

export const ProblemNotice = ({
  error,
  title = 'This could not be loaded',
  onRetry,
}: {
  error: unknown
  title?: string
  onRetry?: () => void
}) => {
  const problem =
    error instanceof ApiProblem
      ? error
      : new ApiProblem({
          status: 0,
          code: 'CONSOLE_ERROR',
          message: error instanceof Error ? error.message : String(error),
        })
  return (
    <ProblemBox
      title={
        problem.status === 404 ? 'Not found' : problem.code === 'NETWORK_UNREACHABLE' ? 'No answer' : title
      }
      message={problem.message}
      code={problem.code}
      status={problem.status}
      requestId={problem.requestId}
      help={problem.help}
      {...(onRetry === undefined ? {} : { onRetry })}
    />
  )
}

type Asked = Pick<UseQueryResult, 'data' | 'error' | 'isError'>

/** The error to show where nothing was read yet: it stays while the query is tried again, which forgets it. */
export const useFault = ({ data, error, isError }: Asked): unknown => {
  const last = useRef<unknown>(undefined)
  if (data !== undefined) last.current = undefined
  else if (isError) last.current = error
  return last.current
}

type Props<T> = { query: UseQueryResult<T>; skeleton: ReactNode; children: (data: T) => ReactNode }

/** Data if there is any (a failed refresh keeps what was shown), else the error, else the skeleton. */
export const Loaded = <T,>({ query, skeleton, children }: Props<T>) => {
  const fault = useFault(query)
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (fault !== undefined) return <ProblemNotice error={fault} onRetry={() => void query.refetch()} />
  return <>{skeleton}</>
}
