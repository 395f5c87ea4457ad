/** Mail, out: one message to a submission server, with what became of it. */
export { type MailMessage, type MailOutcome, type MailServer, sendMail } from './send-mail.ts'
