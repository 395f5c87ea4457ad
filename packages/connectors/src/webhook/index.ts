/** Signed webhooks, out. */
export { createWebhook, signWebhook, type WebhookTarget } from './webhook-sink.ts'
