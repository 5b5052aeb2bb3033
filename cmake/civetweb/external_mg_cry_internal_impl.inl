/* civetweb's error messages, handed to the log_message callback alone. */
static void
mg_cry_internal_impl(const struct mg_connection *conn, const char *func, unsigned line, const char *fmt, va_list ap)
{
	char text[MG_BUF_LEN];

	(void)func;
	(void)line;
	if (!conn || !conn->phys_ctx || !conn->phys_ctx->callbacks.log_message)
		return;
	if (vsnprintf(text, sizeof(text), fmt, ap) >= 0)
		conn->phys_ctx->callbacks.log_message(conn, text);
}
