/** Where the command line reads and writes: data to stdout, messages to stderr, colour only for people. */
export type Io = {
  readonly out: (text: string) => void
  /** When what was given to `out` has room again; a reader may be slower than we are. */
  readonly drained?: () => Promise<void>
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Reads standard input to its end. */
  readonly stdin: () => Promise<string>
  /** Standard input as it comes; where absent, `stdin` is read whole. */
  readonly stdinChunks?: () => AsyncIterable<Uint8Array>
  readonly isTerminal: boolean
  readonly columns: number
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly now: () => number
}

export type Paint = (text: string) => string
export type Colors = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', Paint>>

const plain: Paint = (text) => text
const sgr =
  (open: number, close: number): Paint =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`

/** https://no-color.org: any non-empty NO_COLOR turns colour off; so does output that is not a terminal. */
export const colorsFor = (io: Pick<Io, 'env' | 'isTerminal'>): Colors =>
  (io.env.NO_COLOR ?? '') !== '' || !io.isTerminal || io.env.TERM === 'dumb'
    ? { bold: plain, dim: plain, red: plain, green: plain, yellow: plain }
    : { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39) }

/** Server text may hold escape sequences that rewrite a terminal; only printable characters pass. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\t' || character === '\n'
      ? ' '
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
