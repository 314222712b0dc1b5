"""The workloads of Benchmarks/Sources in Chainer on NumPy: the same arithmetic from the same inputs.

    python3 chainer_workloads.py --inputs FOLDER [--seconds S] [--filter NAME] [--threads N]

Chainer 7.8.1 needs a NumPy before 1.24. Its configuration is left as it comes: types are checked at each function.
"""
import math

from harness import chains, run

import chainer
import chainer.functions as F
import numpy
from chainer import Variable


def net(inputs, name="net", make=Variable):
    """Weights and biases in turn."""
    count = sum(key.startswith(f"{name}.weight") for key in inputs)
    return [make(inputs[f"{name}.{kind}{i}"]) for i in range(count) for kind in ("weight", "bias")]


def network(x, parameters, activation):
    for i in range(0, len(parameters), 2):
        x = F.linear(x, parameters[i], parameters[i + 1])
        if i + 2 < len(parameters):
            x = activation(x)
    return x


def checksum(gradients):
    return sum(float(g.array.sum()) for g in gradients)


def grad(y, x, again=False, seeds=None):
    return chainer.grad([y] if isinstance(y, Variable) else y, x, seeds, enable_double_backprop=again)


def toy(inputs):
    def body():
        x = Variable(inputs["x"].copy())
        for _ in range(30):
            (gx,) = grad(x * x * x / 3, [x], again=True)
            z = gx - 2 * x + 1
            x.cleargrad()
            z.backward()
            x.array -= 0.1 * x.grad
        return float(x.array)

    return body


def shifted(inputs):
    return Variable(inputs["x"] + inputs["x"].dtype.type(0.1))


def value(f):
    def make(inputs):
        x = shifted(inputs)

        def body():
            with chainer.no_backprop_mode():
                return float(f(x).array)

        return body

    return make


def gradient(f):
    def make(inputs):
        x = shifted(inputs)
        return lambda: checksum(grad(f(x), [x]))

    return make


def second(f):
    def make(inputs):
        x = shifted(inputs)

        def body():
            (g,) = grad(f(x), [x], again=True)
            return checksum(grad(F.sum(g * g), [x]))

        return body

    return make


def mlp(order):
    def make(inputs):
        weights = net(inputs)
        x, labels = inputs["x"], inputs["labels"].astype(numpy.int32)
        directions = [Variable(inputs[f"direction{i}"]) for i in range(len(weights))]

        def loss():
            # The default forgets the graph of the gradient.
            return F.softmax_cross_entropy(network(x, weights, F.tanh), labels, enable_double_backprop=order == 2)

        def body():
            if order == 0:
                with chainer.no_backprop_mode():
                    return float(loss().array)
            if order == 1:
                return checksum(grad(loss(), weights))
            return checksum(grad(grad(loss(), weights, again=True), weights, seeds=directions))

        return body

    return make


def trust_region(inputs):
    weights, x = net(inputs), inputs["x"]
    direction = [Variable(inputs[f"direction{i}"]) for i in range(len(weights))]

    def body():
        mean = network(x, weights, F.tanh)
        divergence = 0.5 * F.sum(F.square(mean - mean.array)) / 5000
        slopes = grad(divergence, weights, again=True)
        v = direction
        for _ in range(10):
            v = [p + 0.1 * d for p, d in zip(grad(slopes, weights, seeds=v), direction)]
        return checksum(v)

    return body


def adam(weights, alpha, beta1, beta2, loss):
    """A step of Chainer's own Adam."""
    optimizer = chainer.optimizers.Adam(alpha, beta1, beta2)
    link = chainer.Link()
    with link.init_scope():
        for i, w in enumerate(weights):
            setattr(link, f"w{i}", w)
    optimizer.setup(link)

    def body():
        value = loss()
        for w, g in zip(weights, grad(value, weights)):
            w.grad = g.array
        optimizer.update()
        return float(value.array)

    return body


def burgers(inputs):
    weights = net(inputs, make=chainer.Parameter)
    x, t = Variable(inputs["x"] * 2 - 1), Variable(inputs["t"])

    def loss():
        u = network(F.concat([x, t], 1), weights, F.tanh)
        ux, ut = grad(u, [x, t], again=True)
        (uxx,) = grad(ux, [x], again=True)
        return F.mean(F.square(ut + u * ux - (0.01 / math.pi) * uxx))

    return adam(weights, 1e-3, 0.9, 0.999, loss)


def critic_step(inputs, weights, penalty_weight, critic):
    images, generated, epsilon = inputs["images"], inputs["generated"], inputs["epsilon"]

    def loss():
        mix = Variable(epsilon * images + (1 - epsilon) * generated)
        (slope,) = grad(critic(mix), [mix], again=True)
        norm = F.sqrt(F.sum(F.square(slope.reshape(len(slope), -1)), 1))
        return F.mean(critic(generated)) - F.mean(critic(images)) + penalty_weight * F.mean(F.square(norm - 1))

    return adam(weights, 1e-4, 0.5, 0.9, loss)


def critic_mlp(inputs):
    weights = net(inputs, make=chainer.Parameter)
    return critic_step(inputs, weights, 0.1, lambda x: network(x, weights, F.relu))


def critic_conv(inputs):
    weights = net(inputs, make=chainer.Parameter) + net(inputs, "out", make=chainer.Parameter)

    def critic(x):
        for layer in range(3):
            x = F.leaky_relu(F.convolution_2d(x, weights[2 * layer], weights[2 * layer + 1], stride=2, pad=2), 0.2)
        return F.linear(x, weights[6], weights[7])

    return critic_step(inputs, weights, 10, critic)


def maml_looped(steps):
    def make(inputs):
        weights = net(inputs)
        x, y, qx, qy = (inputs[k] for k in ("x", "y", "qx", "qy"))

        def body():
            losses = []
            for task in range(25):
                theta = weights
                for _ in range(steps):
                    loss = F.mean_squared_error(network(x[task], theta, F.relu), y[task])
                    theta = [w - 0.01 * g for w, g in zip(theta, grad(loss, theta, again=True))]
                losses.append(F.mean_squared_error(network(qx[task], theta, F.relu), qy[task]))
            return checksum(grad(sum(losses) / 25, weights))

        return body

    return make


def maml_batched(steps):
    def make(inputs):
        weights = net(inputs)
        x, y, qx, qy = (inputs[k] for k in ("x", "y", "qx", "qy"))

        def output(h, theta):
            for i in range(0, len(theta), 2):
                h = F.matmul(h, theta[i]) + theta[i + 1]
                if i + 2 < len(theta):
                    h = F.relu(h)
            return h

        def per_task(w):
            w = w.T if w.ndim == 2 else w.reshape(1, -1)
            return F.broadcast_to(w, (25, *w.shape))

        def body():
            theta = [per_task(w) for w in weights]
            for _ in range(steps):
                loss = F.sum(F.mean(F.square(output(x, theta) - y), (1, 2)))
                theta = [w - 0.01 * g for w, g in zip(theta, grad(loss, theta, again=True))]
            return checksum(grad(F.mean(F.square(output(qx, theta) - qy)), weights))

        return body

    return make


def learning_to_learn(inputs):
    w, y = inputs["w"], inputs["y"]
    names = ["input1", "state1", "bias1", "input2", "state2", "bias2", "output"]
    weights = [Variable(inputs[name]) for name in names]
    i1, s1, b1, i2, s2, b2, out = weights

    def cell(c, gates):
        i, f, g, o = F.split_axis(gates, 4, 1)
        c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
        return c, F.sigmoid(o) * F.tanh(c)

    def body():
        theta = Variable(numpy.zeros((128, 10, 1), numpy.float32))
        c1 = h1 = c2 = h2 = numpy.zeros((1280, 20), numpy.float32)
        total = 0
        for _ in range(20):
            loss = F.sum(F.square(F.matmul(w, theta) - y)) / 128
            total = total + loss
            (g,) = grad(loss, [theta], again=True)
            c1, h1 = cell(c1, F.linear(g.reshape(1280, 1), i1, b1) + F.linear(h1, s1))
            c2, h2 = cell(c2, F.linear(h1, i2, b2) + F.linear(h2, s2))
            theta = theta + 0.1 * F.linear(h2, out).reshape(128, 10, 1)
        return checksum(grad(total, weights))

    return body


def hessian_small(inputs):
    theta, x, y = Variable(inputs["theta"]), inputs["x"], inputs["y"]
    rows = [Variable(row) for row in numpy.eye(theta.size, dtype=theta.dtype)]

    def body():
        hidden = F.tanh(F.linear(x, theta[:320].reshape(32, 10), theta[320:352]))
        loss = F.mean_squared_error(F.linear(hidden, theta[352:384].reshape(1, 32), theta[384:]), y)
        slopes = grad(loss, [theta], again=True)
        hessian = numpy.stack([grad(slopes, [theta], seeds=[row])[0].array for row in rows])
        return float(hessian.sum())

    return body


def nth_derivative(inputs):
    def body():
        x = Variable(inputs["x"])
        y = F.tanh(x) * F.sin(x)
        for _ in range(6):
            (y,) = grad(y, [x], again=True)
        return float(y.array.sum())

    return body


def matmul(dtype):
    def make(inputs):
        a, b = Variable(inputs["a"].astype(dtype)), Variable(inputs["b"].astype(dtype))

        def body():
            with chainer.no_backprop_mode():
                return float(F.matmul(a, b).array[0, 0])

        return body

    return make


WORKLOADS = {
    "toy": toy,
    **chains(F, value, gradient, second),
    "mlp_hvp.value": mlp(0),
    "mlp_hvp.gradient": mlp(1),
    "mlp_hvp": mlp(2),
    "wgan_gp_mlp": critic_mlp,
    "wgan_gp_conv_16": critic_conv,
    "wgan_gp_conv_64": critic_conv,
    "maml_sine.looped": maml_looped(1),
    "maml_sine": maml_batched(1),
    "maml_sine_5.looped": maml_looped(5),
    "maml_sine_5": maml_batched(5),
    "l2l_quadratic": learning_to_learn,
    "hessian_small": hessian_small,
    "nth_derivative": nth_derivative,
    "trpo_fvp": trust_region,
    "pinn_burgers": burgers,
    **{f"matmul_{n}_{s}": matmul(t) for n, t in (("f32", "float32"), ("f64", "float64")) for s in (64, 128, 256, 512, 1024, 2048)},
}

if __name__ == "__main__":
    run(WORKLOADS)
