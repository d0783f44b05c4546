//===- OpcOps.td - all ops of the opc dialect ---------------*- tablegen -*-===//
#ifndef OPC_OPS_TD
#define OPC_OPS_TD
include "opc/Dialect/Opc/IR/Ops/CompositeOps.td"
include "opc/Dialect/Opc/IR/Ops/ContractionOps.td"
include "opc/Dialect/Opc/IR/Ops/ControlOps.td"
include "opc/Dialect/Opc/IR/Ops/ElementwiseOps.td"
include "opc/Dialect/Opc/IR/Ops/ForeignOps.td"
include "opc/Dialect/Opc/IR/Ops/IndexingOps.td"
include "opc/Dialect/Opc/IR/Ops/MovementOps.td"
include "opc/Dialect/Opc/IR/Ops/PackedOps.td"
include "opc/Dialect/Opc/IR/Ops/QuantizedOps.td"
include "opc/Dialect/Opc/IR/Ops/RandomOps.td"
include "opc/Dialect/Opc/IR/Ops/ReduceOps.td"
include "opc/Dialect/Opc/IR/Ops/WindowOps.td"
#endif // OPC_OPS_TD
