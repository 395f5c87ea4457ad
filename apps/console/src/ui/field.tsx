/** Form fields: label, control, hint, error, joined for screen readers. */
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react'
import { useId } from 'react'
import { cx } from './class-names.ts'

const CONTROL =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink outline-none transition-colors focus:border-accent focus:ring-2 focus:ring-accent/25 aria-invalid:border-critical'

type FieldProps = { label: string; hint?: ReactNode; error?: string | undefined }

const Wrapper = ({ id, label, hint, error, children }: FieldProps & { id: string; children: ReactNode }) => (
  <div>
    <label htmlFor={id} className="mb-1 block text-xs font-medium text-ink-2">
      {label}
    </label>
    {children}
    {hint !== undefined && <p className="mt-1 text-xs text-ink-3">{hint}</p>}
    {error !== undefined && (
      <p role="alert" className="mt-1 text-xs text-critical">
        {error}
      </p>
    )}
  </div>
)

export const TextField = ({
  label,
  hint,
  error,
  className,
  ...rest
}: FieldProps & InputHTMLAttributes<HTMLInputElement>) => {
  const id = useId()
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <input
        id={id}
        autoComplete="off"
        {...rest}
        aria-invalid={error !== undefined || undefined}
        className={cx(CONTROL, 'h-8', className)}
      />
    </Wrapper>
  )
}

export const TextAreaField = ({
  label,
  hint,
  error,
  className,
  ...rest
}: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) => {
  const id = useId()
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        {...rest}
        aria-invalid={error !== undefined || undefined}
        className={cx(CONTROL, 'min-h-20 py-1.5', className)}
      />
    </Wrapper>
  )
}

type Choice = { value: string; label: string }

export const SelectField = ({
  label,
  hint,
  choices,
  className,
  ...rest
}: FieldProps & SelectHTMLAttributes<HTMLSelectElement> & { choices: readonly Choice[] }) => {
  const id = useId()
  return (
    <Wrapper id={id} label={label} hint={hint}>
      <select id={id} {...rest} className={cx(CONTROL, 'h-8', className)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Wrapper>
  )
}

type SegmentedProps = {
  label: string
  value: string
  choices: readonly { value: string; label: ReactNode }[]
  onChange: (value: string) => void
}

/** A row of exclusive choices. */
export const Segmented = ({ label, value, choices, onChange }: SegmentedProps) => (
  <fieldset className="inline-flex max-w-full min-w-0 overflow-x-auto rounded-md border border-line bg-sunken p-0.5">
    <legend className="sr-only">{label}</legend>
    {choices.map((choice) => (
      <button
        key={choice.value}
        type="button"
        aria-pressed={value === choice.value}
        onClick={() => onChange(choice.value)}
        className={cx(
          'h-6.5 rounded px-2.5 text-xs font-medium whitespace-nowrap transition-colors',
          value === choice.value ? 'bg-surface text-ink shadow-card' : 'text-ink-2 hover:text-ink',
        )}
      >
        {choice.label}
      </button>
    ))}
  </fieldset>
)
