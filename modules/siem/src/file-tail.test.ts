import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
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

test('a file that its writer still writes after it was rotated is read until the new one holds something', () =>
  withFile(async (path) => {
    writeFileSync(path, 'one\n')
    const tail = createFileTail(path, undefined)
    await readAll(tail)
    renameSync(path, `${path}.1`)
    writeFileSync(path, '')
    appendFileSync(`${path}.1`, 'two\nthr')
    assert.deepEqual((await readAll(tail)).lines, ['two'])
    appendFileSync(`${path}.1`, 'ee\n')
    assert.deepEqual((await readAll(tail)).lines, ['three'])
    appendFileSync(`${path}.1`, 'four\n')
    appendFileSync(path, 'five\n')
    assert.deepEqual((await readAll(tail)).lines, ['four', 'five'])
    await tail.close()
  }))

test('every file that was rotated while nobody read is read, oldest first', () =>
  withFile(async (path) => {
    writeFileSync(path, 'one\n')
    const before = createFileTail(path, undefined)
    const { position } = await readAll(before)
    await before.close()
    appendFileSync(path, 'two\n')
    const at = Date.now() / 1000
    const rotated = ['a\n', 'b\nc\n', 'd'].map((text, index) => ({
      text,
      name: `${path}.${3 - index}`,
      index,
    }))
    renameSync(path, `${path}.4`)
    utimesSync(`${path}.4`, at, at)
    for (const { text, name, index } of rotated) {
      writeFileSync(name, text)
      utimesSync(name, at + index + 1, at + index + 1)
    }
    writeFileSync(`${path}.5.gz`, 'compressed')
    writeFileSync(path, 'now\n')
    utimesSync(path, at + 9, at + 9)
    const tail = createFileTail(path, position)
    assert.deepEqual((await readAll(tail)).lines, ['two', 'a', 'b', 'c', 'd', 'now'])
    appendFileSync(path, 'later\n')
    assert.deepEqual((await readAll(tail)).lines, ['later'])
    await tail.close()
  }))

test('a new file is not taken for the old one because it has its inode, and a lost one is told', () =>
  withFile(async (path) => {
    writeFileSync(path, `${'old '.repeat(100)}\n`)
    const before = createFileTail(path, undefined)
    const { position } = await readAll(before)
    await before.close()
    writeFileSync(path, `${'new '.repeat(200)}\nlast\n`)
    const gaps: string[] = []
    const tail = createFileTail(path, position, (what) => gaps.push(what))
    assert.deepEqual((await readAll(tail)).lines.length, 2)
    assert.deepEqual(gaps.length, 1)
    truncateSync(path)
    writeFileSync(path, `${'x'.repeat(2000)}\n`)
    assert.deepEqual((await readAll(tail)).lines, ['x'.repeat(2000)])
    await tail.close()
  }))
