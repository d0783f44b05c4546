# opc_library(NAME SOURCES a.cpp ... [DEPENDS opc libraries])
#
# A part of libopc.so: an object library, linked into the one shared library by
# lib/CMakeLists.txt. DEPENDS states the layering; a part may only name parts
# that lib/CMakeLists.txt adds before it.
function(opc_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} OBJECT ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  add_dependencies(${name} OpcTableGen)
  foreach(dependency IN LISTS ARG_DEPENDS)
    if(NOT TARGET ${dependency})
      message(FATAL_ERROR "${name} may not depend on ${dependency}: it is a higher layer")
    endif()
  endforeach()
  set_target_properties(${name} PROPERTIES OPC_DEPENDS "${ARG_DEPENDS}")
  target_precompile_headers(${name} REUSE_FROM OpcPch)
  set_property(GLOBAL APPEND PROPERTY OPC_LIBRARIES ${name})
endfunction()
