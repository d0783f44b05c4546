//===- Team.h - Threads that the process lends to a run ---------*- C++ -*-===//
//
// A library of the process may keep threads of its own awake between its jobs,
// as OpenMP's do for milliseconds. Workers of the pool would share their cores
// with these. Where a team was given (opc_set_team), a run is a job of the
// team: one thread runs the program, the others help with its launches.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_TEAM_H
#define OPC_LIB_RUNTIME_TEAM_H

#include "opc-c/team.h"

#include <functional>

namespace opc::runtime {

/// The team of the process for the next run; NULL: none, or it was late.
opc_team_fn team();

/// Runs `work` on the calling thread while up to `threads` - 1 others of `team`
/// help with the launches inside.
void runInTeam(opc_team_fn team, int threads,
               const std::function<void()> &work);

/// In the child of a fork, where nobody is left to lend.
void forgetTeamAfterFork();

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_TEAM_H
