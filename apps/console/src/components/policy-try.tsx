/** Ask the pack in force what it would answer; nothing is logged and nothing happens. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { tryPolicy } from '../api/mutations.ts'
import { micros } from '../format/number.ts'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Empty } from '../ui/notice.tsx'
import { CodeEditor } from './code-editor.tsx'
import { ProblemNotice } from './query-state.tsx'
import { OutcomeBadge } from './severity.tsx'

/** An input with a null at every place the rules read, so that one need not guess names. */
export const inputSkeleton = (paths: readonly string[] | 'all'): Record<string, unknown> => {
  const root: Record<string, unknown> = {}
  if (paths === 'all') return root
  for (const path of paths) {
    const parts = path.split(/[./]/).filter((part) => part !== '' && part !== 'input')
    let place = root
    parts.forEach((part, at) => {
      if (at === parts.length - 1) place[part] ??= null
      else {
        const next = place[part]
        if (typeof next === 'object' && next !== null) place = next as Record<string, unknown>
        else {
          const made: Record<string, unknown> = {}
          place[part] = made
          place = made
        }
      }
    })
  }
  return root
}

const parse = (text: string): { value: unknown } | { error: string } => {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

export const PolicyTryIt = ({
  pack,
  inputPaths,
}: {
  pack: string
  inputPaths: readonly string[] | 'all'
}) => {
  const [text, setText] = useState(() => JSON.stringify(inputSkeleton(inputPaths), null, 2))
  const parsed = parse(text)
  const ask = useMutation({ mutationFn: (input: unknown) => tryPolicy(pack, input) })
  const broken = 'error' in parsed ? parsed.error : undefined
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-2">
        <CodeEditor label="Input as JSON" value={text} onChange={setText} language="json" minLines={14} />
        {broken !== undefined && <p className="text-xs text-critical">Not JSON: {broken}</p>}
        <div>
          <Button
            variant="primary"
            busy={ask.isPending}
            disabledReason={broken === undefined ? undefined : 'The input is not JSON'}
            onClick={() => 'value' in parsed && ask.mutate(parsed.value)}
          >
            Ask the policy
          </Button>
        </div>
      </div>
      <Card title="Answer">
        {ask.isError ? (
          <ProblemNotice title="The policy could not be asked" error={ask.error} />
        ) : ask.data === undefined ? (
          <Empty title="Not asked yet">The input starts with the places that the rules read.</Empty>
        ) : (
          <>
            <FactList className="mb-3">
              <Fact label="Answer">
                <OutcomeBadge allow={ask.data.allow} />
              </Fact>
              <Fact label="Took">
                <span className="tnum">{micros(ask.data.evaluationMicros)}</span>
              </Fact>
              <Fact label="Reasons">
                {ask.data.reasons.length === 0 ? 'none given' : ask.data.reasons.join('; ')}
              </Fact>
            </FactList>
            <JsonView label="Answer" value={ask.data} />
          </>
        )}
      </Card>
    </div>
  )
}
