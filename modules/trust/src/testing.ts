/** Evidence for tests of rooms that read it: a signer of a fresh key, in memory. */
import { createEd25519Signer, generateEd25519Pem, type Signer } from '@rampart/signing'

export const createTestSigner = (): Signer => createEd25519Signer(generateEd25519Pem())

export { createVerdictMemory } from './verdicts/verdict-memory.ts'
