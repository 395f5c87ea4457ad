/** What a syslog listener is told and gives. */
export type SyslogListenerOptions = {
  /** `udp:`, `tcp:` or `tls:`, host and port; port 0 takes a free one. */
  readonly url: string
  readonly tls?: {
    readonly cert: string
    readonly key: string
    /** Senders must show a certificate of it. */
    readonly clientCa?: string
    /** Names of which the certificate must have one, as its common name or a DNS name. */
    readonly clientNames?: readonly string[]
  }
  /** Which addresses may send; all when absent. */
  readonly isAllowed?: (address: string) => boolean
  /** Messages in the order of their stream; the next come when this has ended. */
  readonly onMessages: (messages: readonly string[]) => Promise<void>
  /** Messages, and connections that were refused or broke within a message. */
  readonly onDropped: (count: number) => void
  readonly maxBytes?: number
  readonly maxConnections?: number
  /** Of one address; a quarter of all when absent. */
  readonly maxConnectionsEach?: number
  readonly idleMs?: number
}

export type SyslogListener = { readonly port: number; stop(): Promise<void> }
