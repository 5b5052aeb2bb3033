# Where the libraries come from: static archives of Debian's -dev packages, and Debian source packages.

# static_lib(TARGET ARCHIVE HEADER PACKAGE): an imported static library, or the name of the package that has it.
function(static_lib target archive header package)
  find_library(${target}_ARCHIVE ${archive})
  find_path(${target}_INCLUDE ${header})
  mark_as_advanced(${target}_ARCHIVE ${target}_INCLUDE)
  if(NOT ${target}_ARCHIVE OR NOT ${target}_INCLUDE)
    message(FATAL_ERROR "${archive} or ${header} is missing: apt-get install ${package}")
  endif()
  add_library(${target} STATIC IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${${target}_ARCHIVE}" INTERFACE_INCLUDE_DIRECTORIES "${${target}_INCLUDE}")
endfunction()

# debian_source(VARIABLE PACKAGE FILE): VARIABLE names the unpacked source, fetched once unless the caller set it.
function(debian_source variable package file)
  set(${variable} "" CACHE PATH "Unpacked source of ${package}; empty: the Debian source package")
  set(directory "${${variable}}")
  if(NOT directory)
    execute_process(COMMAND "${PROJECT_SOURCE_DIR}/tools/fetch-source.sh" ${package}
      OUTPUT_VARIABLE directory OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  endif()
  if(failed OR NOT EXISTS "${directory}/${file}")
    message(FATAL_ERROR "no source of ${package}: pass -D${variable}=DIRECTORY (the one with ${file})")
  endif()
  set(${variable} "${directory}" PARENT_SCOPE)
endfunction()
