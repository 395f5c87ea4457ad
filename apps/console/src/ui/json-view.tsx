/** JSON for reading: indented, monospace, scrolls inside its own box. */
type Props = { value: unknown; label: string; maxHeight?: number }

export const JsonView = ({ value, label, maxHeight = 420 }: Props) => (
  <section
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    tabIndex={0}
    aria-label={label}
    style={{ maxHeight }}
    className="overflow-auto rounded-md border border-line bg-sunken"
  >
    <pre className="w-max min-w-full p-3 text-xs leading-5 text-ink-2">
      {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
    </pre>
  </section>
)
