# What a wheel holds beside the Python sources, as the install component "package"
# (pyproject.toml). It lies in the folder of the Python package, and finds its parts
# from where it is.
get_property(devices GLOBAL PROPERTY OPC_DEVICES)
add_custom_target(opc-package DEPENDS _opc opc opc_runtime opc-driver ${devices})
if(TARGET opc-machines)
  add_dependencies(opc-package opc-machines)
endif()

install(TARGETS _opc LIBRARY DESTINATION opc COMPONENT package)
install(TARGETS opc-driver RUNTIME DESTINATION opc/bin COMPONENT package)
install(DIRECTORY include/opc-c include/opc-sim DESTINATION opc/include COMPONENT package)

# With what a bare Debian lacks of what they need.
install(TARGETS opc opc_runtime
  RUNTIME_DEPENDENCIES PRE_INCLUDE_REGEXES "^libprotobuf" PRE_EXCLUDE_REGEXES "."
  LIBRARY DESTINATION opc/lib COMPONENT package NAMELINK_SKIP)

# Where the runtime looks for them.
install(TARGETS ${devices} LIBRARY DESTINATION opc/lib COMPONENT package)

# For -lopc_runtime: a link's file would be a second library to who loads it.
set(named ${CMAKE_BINARY_DIR}/package/libopc_runtime.so)
file(WRITE ${named} "INPUT(libopc_runtime.so.${PROJECT_VERSION_MAJOR})\n")
install(FILES ${named} DESTINATION opc/lib COMPONENT package)

# The licences of what is inside, and the command; scikit-build-core says where to.
if(SKBUILD)
  foreach(part llvm-22-dev libprotobuf-dev libfmt-dev nlohmann-json3-dev libxxhash-dev)
    install(FILES /usr/share/doc/${part}/copyright RENAME ${part}
      DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT package)
  endforeach()
  file(GLOB nanobind ${nanobind_DIR}/../../nanobind-*.dist-info/licenses/LICENSE)
  install(FILES ${nanobind} RENAME nanobind
    DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT package)
  if(TARGET opc-machines)
    get_target_property(libraries opc-machines OPC_LIBRARIES)
    foreach(part LICENSE lib/libc/musl/COPYRIGHT lib/libcxx/LICENSE.TXT
        lib/libcxxabi/LICENSE.TXT lib/libunwind/LICENSE.TXT)
      get_filename_component(name ${libraries}/${part} DIRECTORY)
      get_filename_component(name ${name} NAME)
      install(FILES ${libraries}/${part} RENAME ${name}
        DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT package)
    endforeach()
  endif()
  install(FILES /usr/share/common-licenses/Apache-2.0
    DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT package)
  install(PROGRAMS python/command/opc
    DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT package)
endif()
