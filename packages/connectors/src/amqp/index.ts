/** AMQP 0-9-1 with publisher confirms and AMQP 1.0, out. */
export { type Amqp10Target, createAmqp10 } from './amqp-10-sink.ts'
export { type Amqp091Target, createAmqp091 } from './amqp-091-sink.ts'
