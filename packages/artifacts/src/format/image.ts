/** Pictures beside models: they must end where their format ends, since programs hide behind them. */
import { ByteCursor, MalformedError } from '../byte-stream.ts'
import type { Reader, ScanTask } from '../reader.ts'

const scanPng = ({ context }: ScanTask, cursor: ByteCursor): void => {
  cursor.skip(8)
  for (;;) {
    const head = Buffer.from(cursor.take(8))
    cursor.skip(head.readUInt32BE(0) + 4)
    if (head.toString('latin1', 4) === 'IEND') break
  }
  if (!cursor.atEnd()) context.report('trailing-data', 'bytes follow the picture', `offset ${cursor.offset}`)
}

/** JPEG ends with FFD9, GIF with 3B. */
const endsWith = ({ context, content }: ScanTask, ...ends: readonly (readonly number[])[]): void => {
  const source = content.source()
  const tail = Buffer.from(source.read(Math.max(0, source.size - 2), 2))
  if (!ends.some((end) => Buffer.from(end).equals(tail.subarray(tail.length - end.length))))
    context.report('trailing-data', 'bytes follow the picture')
}

export const scanImage: Reader = (task) => {
  task.context.setFormat('image')
  const cursor = new ByteCursor(task.content.open())
  try {
    cursor.need(4)
    const first = cursor.buffer[cursor.position]
    if (first === 0x89) scanPng(task, cursor)
    else if (first === 0xff) endsWith(task, [0xff, 0xd9])
    else if (first === 0x47) endsWith(task, [0x3b])
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    task.context.report('tree-malformed', 'the picture is cut off')
  }
}
