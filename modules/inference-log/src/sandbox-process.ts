/** One statement of a user, in a process that answers once and ends. */
import { answerQuestion, type SandboxQuestion } from './sandbox.ts'

process.once('message', async (question: SandboxQuestion) => {
  const told = await answerQuestion(question)
  process.send?.(told, () => process.exit(0))
})
process.once('disconnect', () => process.exit(0))
