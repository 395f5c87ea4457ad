/** Real counterparts of the connectors that run inside a test. */
export { type Amqp10Receiver, startAmqp10Receiver } from './testing/amqp-10-receiver.ts'
export { declareQueues, type QueuedMessage, takeMessages } from './testing/amqp-queues.ts'
export { type EmbeddedIssuer, startEmbeddedIssuer } from './testing/embedded-issuer.ts'
export { loopbackTls } from './testing/loopback-tls.ts'
export { createMlflowAuthor, type MlflowAuthor } from './testing/mlflow-author.ts'
export { type MlflowServer, startMlflowServer } from './testing/mlflow-server.ts'
export { type RegistryContract, type RegistryRig, registryContract } from './testing/registry-contract.ts'
export { createS3StandIn, type S3StandIn } from './testing/s3-stand-in.ts'
