/** Buttons; one that may not be pressed stays visible and says why. */
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { cx } from './class-names.ts'
import { Tip } from './tip.tsx'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent-fill text-white hover:bg-accent-fill-hover border-transparent shadow-card',
  secondary: 'bg-surface text-ink border-line-strong hover:bg-hover shadow-card',
  ghost: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-critical border-line-strong hover:border-critical shadow-card',
}

export const buttonClass = (variant: ButtonVariant = 'secondary', size: 'sm' | 'md' = 'md'): string =>
  cx(
    'inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none transition-colors',
    size === 'sm' ? 'h-7 px-2.5 text-xs' : 'h-8 px-3 text-sm',
    VARIANTS[variant],
  )

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
  variant?: ButtonVariant
  size?: 'sm' | 'md'
  /** Set to refuse the press; shown as a tooltip and read by screen readers. */
  disabledReason?: string | undefined
  busy?: boolean
  children: ReactNode
}

export const Button = ({
  variant,
  size,
  disabledReason,
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: Props) => {
  const blocked = disabledReason !== undefined || busy
  const button = (
    <button
      type="button"
      {...rest}
      // aria-disabled keeps the button focusable, so the reason can be reached by keyboard.
      aria-disabled={blocked || undefined}
      aria-description={disabledReason}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
      className={cx(buttonClass(variant, size), blocked && 'cursor-not-allowed! opacity-55', className)}
    >
      {children}
    </button>
  )
  return disabledReason === undefined ? (
    button
  ) : (
    <Tip text={disabledReason} onPress>
      {button}
    </Tip>
  )
}

type IconProps = ButtonHTMLAttributes<HTMLButtonElement> & { label: string; children: ReactNode }

export const IconButton = ({ label, className, children, ...rest }: IconProps) => (
  <Tip text={label}>
    <button
      type="button"
      aria-label={label}
      {...rest}
      className={cx(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-hover hover:text-ink',
        className,
      )}
    >
      {children}
    </button>
  </Tip>
)
