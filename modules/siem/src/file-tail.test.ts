import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFileTail, type FilePosition } from './file-tail.ts'

const withFile = async (work: (path: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'))
  try {
    await work(join(folder, 'eve.json'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const readAll = async (tail: ReturnType<typeof createFileTail>) => {
  const lines: string[] = []
  let tooLong = 0
  let position: FilePosition | undefined
  for (let batch = await tail.read(); batch !== undefined; batch = await tail.read()) {
    lines.push(...batch.lines)
    tooLong += batch.tooLong
    position = batch.position
    tail.advance(batch.position)
  }
  return { lines, tooLong, position }
}

test('lines come once they are whole, and again when they were not taken', () =>
  withFile(async (path) => {
    const tail = createFileTail(path, undefined)
    assert.equal(await tail.read(), undefined)
    writeFileSync(path, 'one\ntwo\nthr')
    assert.deepEqual((await tail.read())?.lines, ['one', 'two'])
    assert.deepEqual((await readAll(tail)).lines, ['one', 'two'])
    appendFileSync(path, 'ee\n')
    assert.deepEqual((await readAll(tail)).lines, ['three'])
    await tail.close()
  }))

test('a file that is rotated away is read to its end, and the new one from its beginning', () =>
  withFile(async (path) => {
    const tail = createFileTail(path, undefined)
    writeFileSync(path, 'one\n')
    assert.deepEqual((await readAll(tail)).lines, ['one'])
    appendFileSync(path, 'two\nlast without end')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'three\n')
    assert.deepEqual((await readAll(tail)).lines, ['two', 'last without end', 'three'])
    appendFileSync(path, 'four\n')
    assert.deepEqual((await readAll(tail)).lines, ['four'])
    await tail.close()
  }))

test('after a restart reading goes on where it was, in a rotated file too', () =>
  withFile(async (path) => {
    writeFileSync(path, 'one\n')
    const first = createFileTail(path, undefined)
    const { position } = await readAll(first)
    await first.close()
    appendFileSync(path, 'two\n')
    const second = createFileTail(path, position)
    const after = await readAll(second)
    assert.deepEqual(after.lines, ['two'])
    await second.close()
    appendFileSync(path, 'three\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'four\n')
    const third = createFileTail(path, after.position)
    assert.deepEqual((await readAll(third)).lines, ['three', 'four'])
    await third.close()
  }))

test('a file that is cut short in place is read anew', () =>
  withFile(async (path) => {
    writeFileSync(path, 'one\ntwo\n')
    const tail = createFileTail(path, undefined)
    await readAll(tail)
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    appendFileSync(path, 'x\n')
    assert.deepEqual((await readAll(tail)).lines, ['x'])
    await tail.close()
  }))

test('a line beyond the limit is skipped and told', () =>
  withFile(async (path) => {
    writeFileSync(path, `one\n${'x'.repeat(2_500_000)}\ntwo\n`)
    const tail = createFileTail(path, undefined)
    const { lines, tooLong } = await readAll(tail)
    assert.deepEqual([lines, tooLong], [['one', 'two'], 1])
    await tail.close()
  }))
