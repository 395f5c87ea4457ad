/** The code editor, loaded when a page first needs it; until then the bare text stands in its place. */
import { lazy, Suspense } from 'react'
import type { PolicyFault } from '../api/types.ts'
import type { EditorProps } from '../editor/editor.tsx'

const Editor = lazy(() => import('../editor/editor.tsx').then((module) => ({ default: module.Editor })))

type Props = Pick<EditorProps, 'label' | 'value' | 'language'> &
  Partial<Pick<EditorProps, 'faults' | 'readOnly' | 'minLines' | 'goTo' | 'onChange'>>

const NO_FAULTS: readonly PolicyFault[] = []

export const CodeEditor = ({
  label,
  value,
  language,
  faults = NO_FAULTS,
  readOnly = false,
  minLines = 8,
  goTo,
  onChange,
}: Props) => (
  <div className="overflow-hidden rounded-md border border-line-strong bg-sunken focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/25">
    <Suspense fallback={<BareText text={value} minLines={minLines} />}>
      <Editor
        label={label}
        value={value}
        language={language}
        faults={faults}
        readOnly={readOnly}
        minLines={minLines}
        goTo={goTo}
        onChange={onChange}
      />
    </Suspense>
  </div>
)

/** As high as the editor will be, so that nothing moves when it comes. */
const BareText = ({ text, minLines }: { text: string; minLines: number }) => (
  <pre
    className="m-0 max-h-[70dvh] overflow-hidden py-2 pl-14 font-mono text-[12.5px] leading-[20px] text-ink"
    style={{ minHeight: minLines * 20 + 16 }}
  >
    {text}
  </pre>
)
