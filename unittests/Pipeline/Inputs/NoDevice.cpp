//===- NoDevice.cpp - A library that is no plug-in of a device ------------===//
extern "C" int opc_no_device(void) { return 0; }
