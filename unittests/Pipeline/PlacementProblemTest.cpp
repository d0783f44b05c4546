//===- PlacementProblemTest.cpp - Beside all choices that there are -------===//
#include "Pipeline/PlacementProblem.h"
#include "gtest/gtest.h"
#include <random>

using namespace opc;
using Places = PlacementProblem::Places;

namespace {

/// A graph of steps, each of which reads what some before it made.
class RandomGraph {
public:
  RandomGraph(unsigned seed, unsigned places, unsigned steps) : random(seed) {
    problem.places = places;
    for (unsigned i = 0; i < 2; ++i)
      addValue(PlacementProblem::kHost);
    for (unsigned step = 0; step < steps; ++step) {
      PlacementProblem::Times times;
      for (unsigned place = 0; place < places; ++place)
        times.push_back(place != 0 && below(8) == 0 ? PlacementProblem::kNever
                                                    : 1 + below(100));
      problem.steps.push_back(times);
      for (unsigned read = 0; read < 2; ++read)
        problem.values[below(problem.values.size())].consumers.push_back(step);
      addValue(int(step));
    }
    addPairs();
  }

  PlacementProblem problem;

private:
  int64_t below(size_t limit) { return int64_t(random() % limit); }

  void addValue(int producer) {
    PlacementProblem::Value &value = problem.values.emplace_back();
    value.producer = producer;
    value.hostReads = below(4) == 0;
    for (unsigned place = 0; place < problem.places; ++place)
      value.copy.push_back(place == 0 ? 0 : below(60));
  }

  void addPairs() {
    for (const PlacementProblem::Value &value : problem.values) {
      if (value.producer < 0 || value.consumers.size() != 1)
        continue;
      PlacementProblem::Times saved;
      for (unsigned place = 0; place < problem.places; ++place)
        saved.push_back(below(30));
      problem.pairs.push_back(
          {unsigned(value.producer), value.consumers[0], saved});
    }
  }

  std::mt19937 random;
};

/// The least time of all choices.
int64_t leastTime(const PlacementProblem &problem) {
  Places at(problem.steps.size(), 0);
  int64_t least = problem.time(at);
  for (size_t i = 0; i < at.size();) {
    if (++at[i] < problem.places) {
      least = std::min(least, problem.time(at));
      i = 0;
    } else {
      at[i++] = 0;
    }
  }
  return least;
}

TEST(PlacementProblem, IsTheBestOfAllForTwoPlaces) {
  unsigned mixed = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomGraph graph(seed, 2, 3 + seed % 10);
    Places found = graph.problem.solve();
    ASSERT_EQ(graph.problem.time(found), leastTime(graph.problem))
        << "graph " << seed;
    mixed += std::ranges::count(found, 0u) % found.size() != 0;
  }
  EXPECT_GT(mixed, 100u) << "most graphs were of one place";
}

TEST(PlacementProblem, IsNearlyTheBestForThree) {
  double found = 0, best = 0;
  unsigned exact = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    RandomGraph graph(seed, 3, 3 + seed % 7);
    int64_t time = graph.problem.time(graph.problem.solve());
    int64_t least = leastTime(graph.problem);
    ASSERT_GE(time, least);
    EXPECT_LE(double(time), 1.25 * double(least)) << "graph " << seed;
    found += double(time);
    best += double(least);
    exact += time == least;
  }
  EXPECT_LE(found, 1.01 * best);
  EXPECT_GE(exact, 180u);
  RecordProperty("exact_of_200", int(exact));
}

TEST(PlacementProblem, AValueIsCopiedOnceToEachPlace) {
  PlacementProblem problem;
  problem.places = 3;
  problem.steps = {{9, 9, 9}, {9, 9, 9}, {9, 9, 9}};
  problem.values.resize(1);
  problem.values[0] = {0, {1, 2}, true, {0, 5, 7}};
  EXPECT_EQ(problem.copyTime(problem.values[0], {0, 0, 0}), 0);
  EXPECT_EQ(problem.copyTime(problem.values[0], {0, 1, 1}), 5);
  EXPECT_EQ(problem.copyTime(problem.values[0], {0, 1, 2}), 12);
  EXPECT_EQ(problem.copyTime(problem.values[0], {1, 1, 1}), 5)
      << "for the host";
  EXPECT_EQ(problem.copyTime(problem.values[0], {1, 2, 2}), 12)
      << "by way of the host, which reads it, too";
  problem.values[0].hostReads = false;
  EXPECT_EQ(problem.copyTime(problem.values[0], {1, 1, 1}), 0);
  EXPECT_EQ(problem.copyTime(problem.values[0], {1, 1, 2}), 12);
}

TEST(PlacementProblem, GoesNowhereThatItMustNot) {
  PlacementProblem problem;
  problem.places = 2;
  problem.steps = {{100, 1}, {100, PlacementProblem::kNever}, {100, 1}};
  EXPECT_EQ(problem.solve(), (Places{1, 0, 1}));
}

} // namespace
