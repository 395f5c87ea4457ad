/** Starts the console: one query cache, one router. */
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './styles.css'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { ApiProblem } from './api/problem.ts'
import { queries } from './api/queries.ts'
import { createRouter } from './routes.tsx'

const isRefusal = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status >= 400 && error.status < 500

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // A session that ended while the page was open: ask again who we are, which shows the sign-in page.
      const ended = error instanceof ApiProblem && error.status === 401
      if (ended && query.queryKey[0] !== 'session') void client.resetQueries(queries.session())
    },
  }),
  defaultOptions: {
    // A browser that calls itself offline still reaches this machine; and what was pressed while the line was down must
    // fail there and then, not be sent when nobody looks any more.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 2000,
      retry: (failures, error) => !isRefusal(error) && failures < 2,
      refetchOnWindowFocus: true,
      placeholderData: (previous: unknown) => previous,
    },
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={createRouter(client)} />
    </QueryClientProvider>
  </StrictMode>,
)
