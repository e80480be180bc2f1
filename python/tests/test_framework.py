"""The coordinator over blocks by name and blocks written in Python."""

import threading

import numpy as np
import pytest

import admmlearn
from admmlearn import (
    Coordinator,
    Solved,
    accelerate,
    accuracy,
    check,
    consensus,
    descent,
    exchange,
    operators,
    pca,
    penalty,
    prox,
    sets,
    sharing,
    steps,
    stop,
    through,
)

RNG = np.random.default_rng(0)
A = RNG.normal(size=(12, 5))
B = RNG.normal(size=12)


class L1:
    """The ℓ1 norm in Python."""

    def value(self, x):
        return np.abs(x).sum()

    def prox(self, v, rho):
        return np.sign(v) * np.maximum(np.abs(v) - 1 / rho, 0) + 0.0  # never −0


class LeastSquares:
    """½‖Ax − b‖² in Python, by its gradient."""

    def value_and_gradient(self, x):
        gap = A @ x - B
        return 0.5 * float(gap @ gap), A.T @ gap


class Own:
    """The same, by an argmin of its own."""

    def __init__(self, tells=True):
        self.tells = tells

    def value(self, x):
        gap = A @ x - B
        return 0.5 * float(gap @ gap)

    def argmin(self, x, v, rho, tol):
        x = np.linalg.solve(A.T @ A + rho * np.eye(5), A.T @ B + rho * v)
        return Solved(x, 0.0) if self.tells else x


def lasso(f, g, **options):
    # Entries of x end as 0, where those of a block with a gradient are only small: the norms are judged.
    return Coordinator(f, g, np.zeros(5), **{"tolerance": 1e-8, "stop": stop.residuals(), **options}).run()


def slope_of_lasso(x):
    return A.T @ (B - A @ x)


@pytest.fixture(scope="module")
def solution():
    return lasso(prox.l1(), prox.least_squares(A, B)).x


@pytest.mark.parametrize("f", [prox.l1(), L1(), prox.scaled(1.0, L1())])
@pytest.mark.parametrize("g", [prox.least_squares(A, B), LeastSquares(), descent(LeastSquares(), by="gradient"), Own()])
def test_blocks_of_every_kind_find_the_lasso(f, g, solution):
    result = lasso(f, g)
    assert result.status == "converged"
    assert result.x.shape == (5,)
    np.testing.assert_allclose(result.x, solution, atol=1e-6)
    assert np.all(np.abs(slope_of_lasso(result.x)) <= 1 + 1e-6)


def test_a_python_prox_has_the_bits_of_the_named_one():
    named, own = (lasso(f, prox.least_squares(A, B)) for f in (prox.l1(), L1()))
    assert named.x.tobytes() == own.x.tobytes()
    assert named.record.iteration == own.record.iteration


def test_a_block_that_does_not_say_how_well_it_did_is_unverified():
    assert lasso(prox.l1(), Own(tells=False)).status == "unverified"


def test_columns_and_matrices_keep_their_dimensions():
    matrix = Coordinator(prox.l1(), prox.least_squares(A, B[:, None]), np.zeros((5, 1))).run()
    assert matrix.x.shape == matrix.z.shape == matrix.u.shape == (5, 1)

    class Seen:
        shapes = set()

        def prox(self, v, rho):
            self.shapes.add(v.shape)
            return v / 2

    Coordinator(Seen(), prox.squared_l2(), np.ones((3, 2), order="C")).run()
    Coordinator(Seen(), prox.squared_l2(), np.ones(4)).run()
    assert Seen.shapes == {(3, 2), (4,)}


@pytest.mark.parametrize(
    "options",
    [
        {"penalty": penalty.fixed()},
        {"penalty": penalty.balance()},
        {"penalty": penalty.relative_balance()},
        {"penalty": penalty.spectral()},
        {"penalty": penalty.square_root()},
        {"penalty": lambda record: 2.0 * record.rho if record.iteration < 3 else record.rho},
        {"acceleration": accelerate.none()},
        {"acceleration": accelerate.anderson()},
        {"acceleration": accelerate.nesterov()},
        {"acceleration": accelerate.phased(5, 10, accelerate.nesterov())},
        {"relaxation": 1.6},
        {"accuracy": accuracy.fixed(1e-10)},
        {"accuracy": accuracy.summable(1e-4, 4.0)},
        {"accuracy": accuracy.relative(1e-2, 0.1, 1e-12)},
        {"stop": stop.residuals() & stop.objective_change(1e-12) | stop.normalised(1e-10, 1e-10)},
        {"penalty_bounds": (0.5, 8.0), "penalty_changes": 3},
    ],
)
def test_every_choice_leads_to_the_solution(options, solution):
    result = lasso(prox.l1(), LeastSquares(), **options)
    assert result.status == "converged"
    np.testing.assert_allclose(result.x, solution, atol=1e-5)


def test_a_policy_in_python_decides_rho():
    run = Coordinator(prox.l1(), prox.least_squares(A, B), np.zeros(5), penalty=lambda record: record.rho * 3, max_iter=3)
    run.run()
    assert run.record.rho == 9.0


def test_observers_see_every_iteration_and_may_end_the_run():
    seen = []

    def observer(moment):
        seen.append((moment.record.iteration, moment.x.copy(), moment.u.shape))
        return moment.record.iteration == 4

    result = Coordinator(L1(), LeastSquares(), np.zeros(5), tolerance=1e-12, track_objective=True).run(observer)
    assert result.status == "stopped"
    assert [iteration for iteration, *_ in seen] == [1, 2, 3, 4]
    assert seen[0][2] == (5,)
    assert result.record.objective is not None


def test_the_result_says_how_it_was_found():
    result = lasso(prox.l1(), LeastSquares(), track_objective=True)
    assert "stopping rule is met" in result.advice
    assert dict((what, holds) for what, holds, _ in result.certificate.findings)["stationary"] == "yes"
    assert str(result.certificate).startswith("yes")
    np.testing.assert_allclose(result.y, result.record.rho * result.u)
    # y is minus the gradient of f at x, which is the gradient of g at z.
    np.testing.assert_allclose(result.y, -slope_of_lasso(result.z), atol=1e-5)


@pytest.mark.parametrize(
    ("method", "block"),
    [
        ("prox", type("F", (), {"prox": lambda self, v, rho: 1 / 0})()),
        ("value_and_gradient", type("F", (), {"value_and_gradient": lambda self, x: 1 / 0})()),
        ("argmin", type("F", (), {"argmin": lambda self, x, v, rho, tol: 1 / 0})()),
        ("direction", type("F", (), {"direction": lambda self, x, memory: 1 / 0, "lipschitz": 1.0})()),
    ],
)
def test_an_exception_arrives_unchanged_with_its_place(method, block):
    with pytest.raises(ZeroDivisionError) as caught:
        Coordinator(prox.l1(), block, np.zeros(3)).run()
    assert caught.value.__notes__ == ["in block z, iteration 1"]
    assert method in "".join(entry.name for entry in caught.traceback) or "lambda" in str(caught.traceback[-1])
    with pytest.raises(ZeroDivisionError) as caught:
        consensus([prox.l1(), block], prox.zero(), np.zeros(3)).run()
    assert caught.value.__notes__ == ["in block x, member 1, iteration 1"]


def test_exceptions_of_observers_policies_and_values_arrive_too():
    def fail(_):
        raise KeyError("mine")

    blocks = (prox.l1(), prox.least_squares(A, B), np.zeros(5))
    with pytest.raises(KeyError) as caught:
        Coordinator(*blocks).run(fail)
    assert caught.value.__notes__ == ["in the observer, iteration 1"]
    with pytest.raises(KeyError):
        Coordinator(*blocks, penalty=fail).run()

    class Value(L1):
        def value(self, x):
            raise KeyError("mine")

    with pytest.raises(KeyError):
        Coordinator(Value(), prox.least_squares(A, B), np.zeros(5), track_objective=True).run()


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [
        ("three", TypeError, "the result of prox must be an array of numbers"),
        ([1.0, 2.0], ValueError, "result of prox"),
        ([[[1.0]]], ValueError, "one or two dimensions"),
        ([np.nan] * 3, ValueError, "not finite"),
    ],
)
def test_a_wrong_answer_is_named(result, kind, message):
    block = type("F", (), {"prox": lambda self, v, rho: result})()
    with pytest.raises(kind, match=message):
        Coordinator(block, prox.l1(), np.zeros(3)).run()


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: Coordinator(object(), prox.l1(), np.zeros(3)), TypeError, "f must be a block"),
        (lambda: Coordinator(prox.l1(), 3, np.zeros(3)), TypeError, "g must be a block"),
        (lambda: Coordinator(prox.l1(), prox.l1(), "zero"), TypeError, "x0"),
        (lambda: Coordinator(prox.l1(), prox.l1(), np.zeros(3), np.zeros(2)), ValueError, "size"),
        (lambda: Coordinator(prox.l1(), prox.l1(), np.zeros(3), rho=-1.0), ValueError, "rho"),
        (lambda: Coordinator(prox.l1(), prox.l1(), np.zeros(3), relaxation=3.0).run(), ValueError, "relaxation"),
        (lambda: Coordinator(prox.l1(), prox.l1(), np.zeros(3), tolerence=1.0), TypeError, "tolerence"),
        (lambda: consensus([], prox.l1(), np.zeros(3)), ValueError, "blocks"),
        (lambda: steps(LeastSquares(), rate=1.0, lipschitz=1.0), ValueError, "rate"),
        (lambda: prox.huber(-1.0).prox([1.0]), ValueError, "delta"),
        (lambda: sets.stiefel("cubic"), ValueError, "retraction"),
    ],
)
def test_a_wrong_argument_is_named(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


class Momentum:
    """A rule with a memory: the direction of steepest descent of ½‖x − a‖², averaged."""

    def __init__(self, a):
        self.a = a

    def value(self, x):
        return 0.5 * float(((x - self.a) ** 2).sum())

    def direction(self, x, memory):
        memory["mean"] = 0.5 * memory.get("mean", self.a - x) + 0.5 * (self.a - x)
        return memory["mean"]


def momentum():
    return Coordinator(prox.l1(), steps(Momentum(np.array([3.0, -0.5])), lipschitz=1.0), np.zeros(2), tolerance=1e-9)


def test_a_rule_with_memory_and_a_run_that_is_resumed_has_the_same_bits(tmp_path):
    whole = momentum().run()
    assert whole.status == "converged"
    np.testing.assert_allclose(whole.x, [2.0, 0.0], atol=1e-6)

    first = momentum()
    first.run(lambda moment: moment.record.iteration == 5)
    second = momentum().resume(first.state())
    assert second.record.iteration == 5
    assert second.run().x.tobytes() == whole.x.tobytes()

    momentum().run(lambda moment: moment.record.iteration == 7, checkpoints=tmp_path / "kept", every=3, name="m")
    resumed = []
    last = momentum().run(lambda moment: resumed.append(moment.record.iteration), checkpoints=tmp_path / "kept", name="m")
    assert resumed[0] == 7
    assert last.x.tobytes() == whole.x.tobytes()
    with pytest.raises((ValueError, RuntimeError), match="other choices"):
        momentum().run(checkpoints=tmp_path / "kept", name="another")


def test_a_state_of_other_blocks_is_refused():
    state = Coordinator(prox.l1(), LeastSquares(), np.zeros(5)).state()
    with pytest.raises((ValueError, RuntimeError)):
        Coordinator(prox.l1(), prox.l1(), np.zeros(5)).resume(state)
    with pytest.raises(ValueError):
        Coordinator(prox.l1(), prox.l1(), np.zeros(5)).resume(b"no state")


def test_steps_and_present_iterates():
    admm = Coordinator(prox.l1(), prox.least_squares(A, B), np.zeros(5)).with_dual(np.ones(5))
    np.testing.assert_array_equal(admm.u, np.ones(5))
    record = admm.step()
    assert record.iteration == admm.record.iteration == 1
    assert admm.x.shape == admm.z.shape == (5,)


class Pair:
    """A block whose variable is an object: a pair of which the first part is coupled."""

    def image(self, x):
        return x["coupled"]

    def argmin(self, x, v, rho, tol):
        x["coupled"] = (rho * v + x["own"]) / (1 + rho)  # ½‖coupled − own‖²
        x["calls"] += 1
        return Solved(x, 0.0)


def test_a_variable_may_be_any_object():
    start = {"coupled": np.zeros(3), "own": np.array([4.0, 0.5, -3.0]), "calls": 0}
    admm = Coordinator(prox.l1(), Pair(), np.zeros(3), start, tolerance=1e-9)
    result = admm.run()
    assert result.status == "converged"
    np.testing.assert_allclose(result.x, [3.0, 0.0, -2.0], atol=1e-6)
    assert result.z["calls"] == result.record.iteration
    assert start["calls"] == 0


def test_consensus_sharing_and_exchange():
    points = [np.array([1.0, 2.0]), np.array([3.0, -2.0]), np.array([2.0, 3.0])]
    near = [prox.translated(prox.squared_l2(), point) for point in points]
    result = consensus(near, prox.zero(), np.zeros(2), tolerance=1e-10).run()
    np.testing.assert_allclose(result.z, np.mean(points, axis=0), atol=1e-7)
    assert len(result.x) == len(result.u) == 3

    # Σ ½‖xᵢ − pᵢ‖² with Σ xᵢ = 0: every xᵢ moves by the mean of the points.
    result = exchange(near, [np.zeros(2)] * 3, tolerance=1e-10).run()
    for x, point in zip(result.x, points):
        np.testing.assert_allclose(x, point - np.mean(points, axis=0), atol=1e-7)
    result = sharing(near, prox.zero(), [np.zeros(2)] * 3, tolerance=1e-10, n_jobs=2).run()
    np.testing.assert_allclose(result.x, points, atol=1e-7)


def test_blocks_through_operators():
    signal = np.repeat([0.0, 3.0, 1.0], 20) + 0.1 * RNG.normal(size=60)
    noisy = prox.translated(prox.squared_l2(), signal)
    near = type("Near", (), {"value_and_gradient": lambda self, x: (0.5 * float((x - signal) @ (x - signal)), x - signal)})()
    kinds = [
        through(noisy, operators.differences()),
        through(noisy, np.diff(np.eye(60), axis=0)),
        through(descent(near), operators.differences()),
        through(descent(near, by="gradient"), operators.differences()),
    ]
    found = []
    for g in kinds:
        result = Coordinator(prox.l1(), g, np.zeros(59), signal, tolerance=1e-7, stop=stop.residuals()).run()
        assert result.status == "converged"
        found.append(result.z)
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], atol=1e-4)
    assert len(np.unique(found[0].round(4))) < 8


def test_sparse_operators():
    sparse = pytest.importorskip("scipy.sparse")
    rows = sparse.random(7, 5, density=0.5, random_state=0)
    x = RNG.normal(size=5)
    np.testing.assert_allclose(operators.operator(rows).apply(x), rows @ x)


@pytest.mark.parametrize("rule", ["majorize", "power", "hebbian", "oja", "sanger", "krasulina"])
def test_pca_rules_by_name(rule):
    covariance = np.diag([5.0, 3.0, 1.0, 1.0])
    start = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 2)))[0]
    result = Coordinator(pca(covariance, rule=rule), prox.zero(), start, rho=0.1, tolerance=1e-6, max_iter=3000).run()
    assert np.trace(result.x.T @ covariance @ result.x) == pytest.approx(8.0, abs=1e-3)


FUNCTIONS = {
    "l0": (prox.l0(), 4),
    "l1": (prox.l1(), 4),
    "l2": (prox.l2(), 4),
    "squared_l2": (prox.squared_l2(), 4),
    "l_infinity": (prox.l_infinity(), 4),
    "elastic_net": (prox.elastic_net(0.5, 2.0), 4),
    "negative_log": (prox.negative_log(), 4),
    "huber": (prox.huber(0.5), 4),
    "quantile": (prox.quantile(0.3), 4),
    "hinge": (prox.hinge(), 4),
    "squared_hinge": (prox.squared_hinge(), 4),
    "logistic": (prox.logistic(), 4),
    "margins": (prox.margins(prox.logistic(), [1.0, -1.0, 1.0, -1.0]), 4),
    "cross_entropy": (prox.cross_entropy([0, 1], [0.5, 0.5], 3), (3, 2)),
    "quadratic": (prox.quadratic(A.T @ A, np.ones(5)), 5),
    "least_squares": (prox.least_squares(A, B), 5),
    "affine": (prox.affine(A[:2], B[:2]), 5),
    "halfspace": (prox.halfspace(np.ones(4), 0.5), 4),
    "simplex": (prox.simplex(), 4),
    "l0_ball": (prox.l0_ball(2), 4),
    "l1_ball": (prox.l1_ball(), 4),
    "second_order_cone": (prox.second_order_cone(), 4),
    "singleton": (prox.singleton(np.ones(4)), 4),
    "indicator": (prox.indicator(sets.bounds(0.0)), 4),
    "zero": (prox.zero(), 4),
    "scaled": (prox.scaled(2.0, prox.l1()), 4),
    "translated": (prox.translated(prox.l1(), np.ones(4)), 4),
    "tilted": (prox.tilted(prox.l1(), np.ones(4)), 4),
    "precomposed": (prox.precomposed(prox.l1(), 2 * np.eye(4)), 4),
    "columnwise": (prox.columnwise(prox.l2()), (4, 2)),
    "separable": (prox.separable((1, prox.l1()), (3, prox.squared_l2())), 4),
    "conjugate": (prox.conjugate(prox.l1()), 4),
    "moreau_envelope": (prox.moreau_envelope(prox.l1(), 2.0), 4),
    "singular_values": (prox.singular_values(prox.l1()), (4, 3)),
    "eigenvalues": (prox.eigenvalues(prox.l1()), (3, 3)),
    "binary": (prox.binary(-0.5, 1.0), 4),
    "binary_cross_entropy": (prox.binary_cross_entropy([0.0, 0.3, 0.8, 1.0]), 4),
    "cubed_l2": (prox.cubed_l2(), 4),
    "dual_exponential_cone": (prox.dual_exponential_cone(), 3),
    "entropy": (prox.entropy(), 4),
    "exponential_cone": (prox.exponential_cone(), 3),
    "exponential_penalty": (prox.exponential_penalty(1.5), 4),
    "geman_mcclure": (prox.geman_mcclure(0.5), 4),
    "geman_reynolds": (prox.geman_reynolds(0.5), 4),
    "graph": (prox.graph(A[:2], 3), (7, 3)),
    "hyperslab": (prox.hyperslab(np.ones(4), -0.5, 0.5), 4),
    "kullback_leibler": (prox.kullback_leibler([0.0, 1.0, 2.0, 3.0]), 4),
    "ky_fan": (prox.ky_fan(2), 4),
    "l1_minus_l2": (prox.l1_minus_l2(), 4),
    "l1_plus_l2": (prox.l1_plus_l2(0.5, 0.5), 4),
    "l_half": (prox.l_half(), 4),
    "log_sum": (prox.log_sum(0.5), 4),
    "mcp": (prox.mcp(0.5, 2.0), 4),
    "poisson": (prox.poisson([0.0, 1.0, 2.0, 3.0]), 4),
    "polyhedron": (prox.polyhedron(A[:3], np.ones(3), A[3:4], np.zeros(1)), 5),
    "rotated_second_order_cone": (prox.rotated_second_order_cone(), 4),
    "scad": (prox.scad(0.5), 4),
    "student_t": (prox.student_t(2.0), 4),
    "sum_largest": (prox.sum_largest(2), 4),
    "total_variation": (prox.total_variation(), (4, 2)),
    "truncated_squares": (prox.truncated_squares(0.9), 4),
    "tukey": (prox.tukey(1.5), 4),
    "distance": (prox.distance(sets.ball(0.5)), 4),
    "regularised": (prox.regularised(prox.l1(), 0.5, np.ones(4)), 4),
    "stretched": (prox.stretched(prox.l1(), [0.0, 1.0, -2.0, 1.0]), 4),
    "epicomposed": (prox.epicomposed(prox.l1(), 2 * np.eye(4)[:, :2]), 4),
    "reshaped": (prox.reshaped(prox.singular_values(prox.l1()), 2, 3), 6),
    "sum": (prox.sum(prox.l1(), prox.l2()), 4),
    "pointwise_minimum": (prox.pointwise_minimum(prox.l1(), prox.squared_l2()), 4),
    "sliced": (prox.sliced((4, 2), (np.s_[1:, 0], prox.l2()), (np.s_[0, :], prox.l1())), (4, 2)),
}


@pytest.mark.parametrize("name", prox.__all__)
def test_every_function_by_name_passes_the_check(name):
    function, shape = FUNCTIONS[name]
    v = np.random.default_rng(2).normal(size=shape)
    v = v + v.T if name == "eigenvalues" else v
    report = check.prox(function, v, rho=1.5)
    assert report, report


def test_slices_are_indices_of_the_array():
    x = np.arange(6.0).reshape(2, 3)
    assert prox.sliced((2, 3), (np.s_[1, 1:], prox.l1())).value(x) == 9.0
    assert prox.sliced((2, 3), (x > 3.5, prox.l_infinity())).value(x) == 5.0
    assert prox.sliced(3, (np.s_[1:], prox.l1())).prox([5.0, 5.0, 5.0]).tolist() == [5.0, 4.0, 4.0]
    with pytest.raises(ValueError, match="part 1"):
        prox.sliced(3, (np.s_[1:], prox.l1()), (np.s_[:2], prox.l1()))


SETS = {
    "flat": sets.flat(),
    "stiefel": sets.stiefel(),
    "grassmann": sets.grassmann("qr"),
    "unit_columns": sets.unit_columns(),
    "great_circles": sets.great_circles(),
    "non_negative_unit_columns": sets.non_negative_unit_columns(),
    "ball": sets.ball(2.0),
    "bounds": sets.bounds(-0.5, 0.5),
    "whole": sets.whole(sets.unit_columns()),
    "product": sets.product((1, sets.unit_columns()), (1, sets.flat())),
    "generalized_stiefel": sets.generalized_stiefel(np.diag([1.0, 1.2, 1.4, 1.6, 2.0])),
    "partly_fixed_stiefel": sets.partly_fixed_stiefel(np.eye(5)[:, :1]),
    "special_orthogonal": sets.special_orthogonal("exponential"),
    "fixed_rank": sets.fixed_rank(1),
    "positive_definite": sets.positive_definite(),
    "multinomial": sets.multinomial(),
}

# Points of square matrices, and points inside of open sets.
STARTS = {
    "special_orthogonal": lambda x: x[:3] @ x[:3].T + np.triu(np.ones(3)),
    "positive_definite": lambda x: np.eye(3) + 0.1 * x[:3] @ x[:3].T,
    "multinomial": lambda x: 0.2 + 0.02 * x,
}


@pytest.mark.parametrize("name", sets.__all__)
def test_every_set_by_name_passes_the_check(name):
    of = SETS[name]
    x = of.project(STARTS.get(name, np.array)(np.random.default_rng(3).normal(size=(5, 2))))
    assert of.residual(x) < 1e-12
    report = check.constraint_set(of, x)
    assert report, report
    result = Coordinator(of, prox.translated(prox.squared_l2(), x * 1.5), x, tolerance=1e-9).run()
    assert of.residual(result.x) < 1e-9


def test_checks_find_what_is_wrong():
    class Wrong(L1):
        def prox(self, v, rho):
            return super().prox(v, rho) * 1.01

    assert check.prox(L1(), np.array([1.0, -2.0, 0.1]), convex=True)
    report = check.prox(Wrong(), np.array([1.0, -2.0, 0.1]))
    assert not report.passed
    assert "FAILED" in str(report)
    with pytest.raises(AssertionError, match="FAILED"):
        report.assert_passed()
    assert check.gradient(LeastSquares(), np.ones(5))


def test_an_infeasible_problem_has_a_proof():
    result = Coordinator(prox.singleton([1.0]), prox.singleton([2.0]), [0.0], max_iter=2000).run()
    assert result.status == "primal-infeasible"
    assert abs(result.infeasibility["multiplier"][0]) == pytest.approx(1.0)
    assert result.infeasibility["value"] > 0


def test_other_threads_run_while_rust_works_and_a_coordinator_runs_in_any_thread():
    results = {}

    def run(name):
        results[name] = lasso(L1(), LeastSquares()).x

    threads = [threading.Thread(target=run, args=(name,)) for name in range(4)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert len({x.tobytes() for x in results.values()}) == 1 and len(results) == 4


def test_ctrl_c_ends_a_run():
    import signal
    import time

    class Restless:
        """No proximal operator: it never comes to rest."""

        def prox(self, v, rho):
            time.sleep(0.002)
            return RNG.normal(size=5)

    admm = Coordinator(Restless(), prox.l1(), np.ones(5), max_iter=10**9, patience=10**9)
    threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        admm.run()
    assert admm.record.iteration > 0


# They are looked up where they are asked for: the framework works without scikit-learn.
ESTIMATORS = {"SupervisedPCA", "SupervisedPCACV", "SupervisedPCARegressor", "SupervisedPCARegressorCV"}


def test_the_names_are_there():
    assert set(admmlearn.__all__) <= set(dir(admmlearn)) | ESTIMATORS
