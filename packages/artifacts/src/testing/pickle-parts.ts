/** Parts of pickles that the corpora are put together from. */
import { bytes } from './bytes.ts'

export type CorpusFile = { readonly name: string; readonly data: Buffer }

/** A short string as protocol 4 writes it. */
export const text = (value: string): Buffer => bytes(0x8c, value.length, value)
export const stackGlobal = (module: string, name: string): Buffer => bytes(text(module), text(name), 0x93)
export const oneTuple = (value: Buffer): Buffer => bytes(value, 0x85)
export const call = (callee: Buffer, argument: string): Buffer =>
  bytes(0x80, 4, callee, oneTuple(text(argument)), 'R.')
export const systemCall = (): Buffer => call(stackGlobal('posix', 'system'), 'true')
