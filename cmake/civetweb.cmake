# The HTTP server: civetweb.c of Debian's source, without files, CGI and TLS.
debian_source(CIVETWEB_SOURCE_DIR civetweb src/civetweb.c)
add_library(civetweb STATIC "${CIVETWEB_SOURCE_DIR}/src/civetweb.c")
target_include_directories(civetweb SYSTEM PUBLIC "${CIVETWEB_SOURCE_DIR}/include"
  PRIVATE "${CMAKE_CURRENT_LIST_DIR}/civetweb")
target_compile_definitions(civetweb PRIVATE
  NDEBUG NO_SSL NO_FILES NO_CGI NO_CACHING NO_FILESYSTEMS USE_IPV6 USE_X_DOM_SOCKET
  USE_STACK_SIZE=262144 SOCKET_TIMEOUT_QUANTUM=60000
  MG_EXTERNAL_FUNCTION_mg_cry_internal_impl MG_EXTERNAL_FUNCTION_log_access)
target_compile_options(civetweb PRIVATE -w)
target_link_libraries(civetweb PUBLIC Threads::Threads)
