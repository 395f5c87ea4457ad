/** Error and loading states of queries, in one voice. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
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
      title={problem.status === 404 ? 'Not found' : title}
      message={problem.message}
      code={problem.code}
      status={problem.status}
      requestId={problem.requestId}
      help={problem.help}
      {...(onRetry === undefined ? {} : { onRetry })}
    />
  )
}

type Props<T> = { query: UseQueryResult<T>; skeleton: ReactNode; children: (data: T) => ReactNode }

/** Data if there is any (a failed refresh keeps what was shown), else the error, else the skeleton. */
export const Loaded = <T,>({ query, skeleton, children }: Props<T>) => {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return <>{skeleton}</>
}
