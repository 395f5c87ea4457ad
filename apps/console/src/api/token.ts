/** A pasted bearer token or API key: kept for this browser tab only, never in a cookie or on disk of ours. */
const KEY = 'rampart.token'
let memory: string | undefined

const storage = (): Storage | undefined => {
  try {
    return globalThis.sessionStorage
  } catch {
    return undefined
  }
}

export const readToken = (): string | undefined => memory ?? storage()?.getItem(KEY) ?? undefined

export const saveToken = (token: string): void => {
  memory = token
  storage()?.setItem(KEY, token)
}

export const clearToken = (): void => {
  memory = undefined
  storage()?.removeItem(KEY)
}
