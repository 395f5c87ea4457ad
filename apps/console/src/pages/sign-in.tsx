/** Shown when the server does not know who is asking: the one-time link, or a token for this tab. */
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { get } from '../api/client.ts'
import { ApiProblem } from '../api/problem.ts'
import { clearToken, saveToken } from '../api/token.ts'
import { Wordmark } from '../components/navigation.tsx'
import { useTitle } from '../components/page.tsx'
import { Button } from '../ui/button.tsx'
import { Command } from '../ui/copy.tsx'
import { TextField } from '../ui/field.tsx'
import { TipProvider } from '../ui/tip.tsx'

export const SignInPage = () => {
  useTitle('Sign in')
  const client = useQueryClient()
  const [token, setToken] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    saveToken(token.trim())
    try {
      client.setQueryData(['session'], await get('/api/v1/session', {}))
    } catch (cause) {
      clearToken()
      const refused = cause instanceof ApiProblem && cause.status === 401
      setError(
        refused
          ? 'The server does not accept this token.'
          : String(cause instanceof Error ? cause.message : cause),
      )
      setBusy(false)
    }
  }
  return (
    <TipProvider>
      <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 px-5 py-10">
        <Wordmark />
        <div>
          <h1 className="text-2xl font-semibold tracking-[-0.015em]">Sign in</h1>
          <p className="mt-1 text-base text-ink-2">
            Open the one-time link that the control plane prints when it starts. It signs this browser in and
            then stops working.
          </p>
        </div>
        <section className="rounded-lg border border-line bg-surface p-4 shadow-card">
          <h2 className="font-semibold">No link at hand?</h2>
          <p className="mt-1 mb-2 text-ink-2">
            Start the control plane, or read the development token and paste it below:
          </p>
          <div className="flex flex-col items-start gap-2">
            <Command text="npm start" />
            <Command text="cat .rampart/token" />
          </div>
        </section>
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
          <TextField
            label="Or paste a bearer token or API key"
            hint="Kept in this tab only and gone when it closes."
            type="password"
            name="token"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            error={error}
          />
          <Button
            type="submit"
            variant="primary"
            busy={busy}
            disabledReason={token.trim() === '' ? 'Paste a token first' : undefined}
          >
            Sign in with token
          </Button>
        </form>
      </main>
    </TipProvider>
  )
}
