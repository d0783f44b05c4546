//===- Text.h - How names, dtypes and shapes read in messages ---*- C++ -*-===//
//
// Every message of the runtime spells a tensor the same way:
// input 'x': expected f32[1, batch, 3], got f64[1, 4, 3].
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_TEXT_H
#define OPC_LIB_RUNTIME_TEXT_H

#include "opc-c/opc.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace opc::runtime {

/// 'text', clipped where it is so long that it would hide the message.
std::string quote(std::string_view text);

/// f32[2, 3] of run-time extents.
std::string typeText(opc_dtype dtype, std::span<const int64_t> dims);

/// The dtype with this name ("f32"), if there is one.
std::optional<opc_dtype> dtypeNamed(std::string_view name);

/// True for the values of the enumeration: a C caller may hand in any number.
bool isValid(opc_dtype dtype);

/// Bytes of a dense tensor; nothing when an extent is negative or the size
/// does not fit an address.
std::optional<int64_t> denseBytes(opc_dtype dtype,
                                  std::span<const int64_t> dims);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_TEXT_H
