/** A prefix of an S3 bucket as a registry. */
export type { S3Login } from './client.ts'
export { s3Errors } from './errors.ts'
export { createS3Registry, placeOf, type S3Options } from './s3-registry.ts'
