"""Where claims were made, and the references that they are held against."""

from __future__ import annotations

REVIEW = "One review of the LSTM paper"
PAPER = "The LSTM paper of 1997 itself"
PLAIN = "Plain recurrent networks"
TRAINING = "Gradients, and learning from them"
GATED = "Gates"
OTHERS = "Other architectures"

LSTM_1997 = "Hochreiter & Schmidhuber 1997, Long Short-Term Memory, Neural Computation 9(8):1735-1780"
FORGET_2000 = "Gers, Schmidhuber & Cummins 2000, Learning to Forget, Neural Computation 12(10):2451-2471"
FULL_2005 = (
    "Graves & Schmidhuber 2005, Framewise phoneme classification with bidirectional LSTM and other neural network"
    " architectures, Neural Networks 18(5-6):602-610"
)
RTRL_1989 = (
    "Williams & Zipser 1989, A learning algorithm for continually running fully recurrent neural networks,"
    " Neural Computation 1(2):270-280"
)

EIGENVALUE_2013 = (
    "Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks, ICML 2013,"
    " arXiv 1211.5063"
)
ECHO_2012 = "Yildiz, Jaeger & Kiebel 2012, Re-visiting the echo state property, Neural Networks 35:1-9"
LATCH_1994 = (
    "Bengio, Simard & Frasconi 1994, Learning long-term dependencies with gradient descent is difficult,"
    " IEEE Transactions on Neural Networks 5(2):157-166"
)
ORTHOGONAL_2014 = (
    "Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural"
    " networks, arXiv 1312.6120"
)
UNITARY_2016 = "Arjovsky, Shah & Bengio 2016, Unitary evolution recurrent neural networks, arXiv 1511.06464"
IDENTITY_2015 = (
    "Le, Jaitly & Hinton 2015, A simple way to initialize recurrent networks of rectified linear units,"
    " arXiv 1504.00941"
)
TRUNCATED_1990 = (
    "Williams & Peng 1990, An efficient gradient-based algorithm for on-line training of recurrent network"
    " trajectories, Neural Computation 2(4):490-501"
)
HYBRID_1992 = (
    "Schmidhuber 1992, A fixed size storage O(n^3) time complexity learning algorithm for fully recurrent continually"
    " running networks, Neural Computation 4(2):243-248"
)
UORO_2017 = "Tallec & Ollivier 2017, Unbiased online recurrent optimization, arXiv 1702.05043"
CHRONO_2018 = "Tallec & Ollivier 2018, Can recurrent neural networks warp time?, arXiv 1804.11188"
BIAS_2015 = (
    "Jozefowicz, Zaremba & Sutskever 2015, An empirical exploration of recurrent network architectures, ICML 2015"
)
PEEPHOLE_2000 = "Gers & Schmidhuber 2000, Recurrent nets that time and count, IJCNN 2000"
COMPARED_2014 = (
    "Chung, Gulcehre, Cho & Bengio 2014, Empirical evaluation of gated recurrent neural networks on sequence modeling,"
    " arXiv 1412.3555"
)
RESIDUAL_2015 = "He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition, arXiv 1512.03385"
LAYER_NORM_2016 = "Ba, Kiros & Hinton 2016, Layer normalization, arXiv 1607.06450"
DIAGONAL_2023 = "Orvieto et al. 2023, Resurrecting recurrent neural networks for long sequences, arXiv 2303.06349"
BIDIRECTIONAL_1997 = (
    "Schuster & Paliwal 1997, Bidirectional recurrent neural networks, IEEE Transactions on Signal Processing"
    " 45(11):2673-2681"
)

MODELS = {
    "hmm": "Rabiner 1989, A tutorial on hidden Markov models, Proceedings of the IEEE 77(2):257-286",
    "arima": "Box & Jenkins 1970, Time Series Analysis: Forecasting and Control, Holden-Day",
    "rnn": "Elman 1990, Finding structure in time, Cognitive Science 14(2):179-211",
    "lstm": LSTM_1997,
    "gru": "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv 1406.1078",
    "cnn": "Waibel et al. 1989, Phoneme recognition using time-delay neural networks, IEEE Transactions on Acoustics,"
    " Speech, and Signal Processing 37(3):328-339",
    "transformer": "Vaswani et al. 2017, Attention is all you need, arXiv 1706.03762",
    "tcn": "Bai, Kolter & Koltun 2018, An empirical evaluation of generic convolutional and recurrent networks for"
    " sequence modeling, arXiv 1803.01271",
    "neural_ode": "Chen et al. 2018, Neural ordinary differential equations, arXiv 1806.07366",
    "ltsf_linear": "Zeng, Chen, Zhang & Xu 2023, Are transformers effective for time series forecasting?, AAAI 2023,"
    " arXiv 2205.13504",
}


def review(section: str) -> str:
    """The review in which a claim stands, with its section."""
    return f'blog review "Long Short-Term Memory" of 4 December 2024 (in Korean), section "{section}"'


def paper(section: str) -> str:
    """The place in the 1997 paper at which a sentence or an equation stands, said in other words here."""
    return f"{LSTM_1997}, {section}; in our words"


def folklore(method: str = "") -> str:
    """Said in lectures and tutorials, by nobody in particular; method: where what it speaks of comes from."""
    return "said in lectures and tutorials, no one place" + (f"; what it speaks of is from {method}" if method else "")
