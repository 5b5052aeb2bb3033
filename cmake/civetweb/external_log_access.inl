/* civetweb's access log, which would need a file. */
static void
log_access(const struct mg_connection *conn)
{
	(void)conn;
}
