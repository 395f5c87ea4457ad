/** Readers of option values; a wrong value is a usage error that names the option. */
import { InvalidArgumentError } from 'commander'

export const countOf = (text: string): number => {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('must be a whole number above 0')
  return count
}

export const amountOf = (text: string): number => {
  const amount = Number(text)
  if (!Number.isFinite(amount) || amount <= 0) throw new InvalidArgumentError('must be a number above 0')
  return amount
}

/** An option that may be given several times. */
export const listOf = (text: string, before: readonly string[]): readonly string[] => [...before, text]
