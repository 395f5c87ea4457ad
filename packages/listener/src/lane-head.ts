/**
 * The heads of requests that the inference lane takes: one plain way to write `POST /v2/…` with a body of known length
 * (RFC 9112). Whatever is unusual, ambiguous or wrong is not for the lane; node:http then says what it is.
 */

/** `url` is the target as sent, `headers` has lower-case names, each at most once. */
export type LaneHead = {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly contentLength: number
}

export const MAX_LANE_HEAD = 8192
const MAX_HEADERS = 64
const REQUEST_LINE = /^POST (\/v2\/[\x21-\x7e]*) HTTP\/1\.1$/
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?)[ \t]*$/
const LENGTH = /^\d{1,9}$/
/** Fields that change how a message is delimited or what the connection is for. */
const FOREIGN = ['transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'http2-settings', 'keep-alive']

/** `text` is a head without its last empty line; undefined when it is not for the lane. */
export const parseLaneHead = (text: string): LaneHead | undefined => {
  const lines = text.split('\r\n')
  const url = REQUEST_LINE.exec(lines[0] ?? '')?.[1]
  if (url === undefined || lines.length > MAX_HEADERS) return undefined
  const headers: Record<string, string> = Object.create(null)
  for (let at = 1; at < lines.length; at++) {
    const [, field, value] = FIELD.exec(lines[at] as string) ?? []
    const name = field?.toLowerCase()
    if (name === undefined || value === undefined || name in headers) return undefined
    headers[name] = value
  }
  const { host, connection, 'content-length': length } = headers
  if (host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined
  if (FOREIGN.some((name) => name in headers)) return undefined
  return { method: 'POST', url, headers, contentLength: Number(length) }
}

const KEPT_HEADS = 512
const KEPT_LENGTH = 2048

/**
 * Clients send the same head again and again: each distinct one is read, and asked about, once. `admits` must depend on
 * the head alone.
 */
export const createLaneHeads = (
  admits: (head: LaneHead) => boolean,
): ((text: string) => LaneHead | undefined) => {
  const known = new Map<string, LaneHead | undefined>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const head = parseLaneHead(text)
    const admitted = head !== undefined && admits(head) ? head : undefined
    if (known.size >= KEPT_HEADS) known.clear()
    if (text.length <= KEPT_LENGTH) known.set(text, admitted)
    return admitted
  }
}
