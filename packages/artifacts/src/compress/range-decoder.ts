/** The range decoder of LZMA (LZMA SDK, lzma.txt): adaptive bits, bit trees and direct bits over a cursor. */
import { type ByteCursor, MalformedError } from '../byte-stream.ts'

const TOP = 1 << 24

/** Probabilities start at one half of 2048. */
export const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(1024)

export class RangeDecoder {
  readonly #in: ByteCursor
  #range = 0xffff_ffff
  #code = 0

  constructor(input: ByteCursor) {
    this.#in = input
  }

  start(): void {
    const head = this.#in.take(5)
    if (head[0] !== 0) throw new MalformedError('lzma: the range coder does not start with zero')
    this.#range = 0xffff_ffff
    this.#code = head.readUInt32BE(1)
  }

  get finished(): boolean {
    return this.#code === 0
  }

  #byte(): number {
    const input = this.#in
    if (input.position >= input.limit && !input.need(1))
      throw new MalformedError('lzma: the data ends in the middle')
    return input.buffer[input.position++] as number
  }

  bit(table: Uint16Array, index: number): number {
    const probability = table[index] as number
    const bound = (this.#range >>> 11) * probability
    let bit: number
    if (this.#code < bound) {
      this.#range = bound
      table[index] = probability + ((2048 - probability) >> 5)
      bit = 0
    } else {
      this.#range -= bound
      this.#code -= bound
      table[index] = probability - (probability >> 5)
      bit = 1
    }
    if (this.#range < TOP) {
      this.#range = (this.#range << 8) >>> 0
      this.#code = ((this.#code << 8) | this.#byte()) >>> 0
    }
    return bit
  }

  direct(count: number): number {
    let value = 0
    for (let index = 0; index < count; index += 1) {
      this.#range >>>= 1
      let bit = 0
      if (this.#code >= this.#range) {
        this.#code -= this.#range
        bit = 1
      }
      if (this.#range < TOP) {
        this.#range = (this.#range << 8) >>> 0
        this.#code = ((this.#code << 8) | this.#byte()) >>> 0
      }
      value = (value * 2 + bit) >>> 0
    }
    return value
  }

  tree(table: Uint16Array, offset: number, bits: number): number {
    let symbol = 1
    for (let index = 0; index < bits; index += 1) symbol = (symbol << 1) | this.bit(table, offset + symbol)
    return symbol - (1 << bits)
  }

  reverseTree(table: Uint16Array, offset: number, bits: number): number {
    let symbol = 1
    let value = 0
    for (let index = 0; index < bits; index += 1) {
      const bit = this.bit(table, offset + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << index
    }
    return value
  }
}
