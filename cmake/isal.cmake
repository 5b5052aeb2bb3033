# Gzip: the igzip part of ISA-L from Debian's source, with the source lists of its own Makefile.am files.
debian_source(ISAL_SOURCE_DIR libisal include/igzip_lib.h)

if(NODEGAUGE_ARCH STREQUAL "amd64")
  set(isal_arch x86_64)
  enable_language(ASM_NASM)
elseif(NODEGAUGE_ARCH STREQUAL "arm64")
  set(isal_arch aarch64)
  enable_language(ASM)
else()
  set(isal_arch base_aliases)
endif()

foreach(list igzip/Makefile.am crc/Makefile.am crc/aarch64/Makefile.am)
  file(READ "${ISAL_SOURCE_DIR}/${list}" text)
  string(REPLACE "\\\n" " " text "${text}")
  string(REGEX MATCHALL "\nlsrc(_${isal_arch})?[ \t]*\\+=[^\n]*" lines "${text}")
  string(REGEX MATCHALL "[A-Za-z0-9_/]+\\.(c|asm|S)" sources "${lines}")
  list(TRANSFORM sources PREPEND "${ISAL_SOURCE_DIR}/")
  list(APPEND isal_sources ${sources})
endforeach()

add_library(isal STATIC ${isal_sources})
target_include_directories(isal SYSTEM PUBLIC "${ISAL_SOURCE_DIR}/include"
  PRIVATE "${ISAL_SOURCE_DIR}/igzip" "${ISAL_SOURCE_DIR}/crc")
target_compile_options(isal PRIVATE $<$<COMPILE_LANGUAGE:C>:-w>)
target_compile_definitions(isal PRIVATE NDEBUG $<$<COMPILE_LANGUAGE:ASM>:__ASSEMBLY__>
  $<$<COMPILE_LANGUAGE:ASM_NASM>:AS_FEATURE_LEVEL=10> $<$<COMPILE_LANGUAGE:ASM_NASM>:HAVE_AS_KNOWS_AVX512>)
