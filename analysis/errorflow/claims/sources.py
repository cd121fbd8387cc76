"""Where claims were made, and the references that they are held against."""

from __future__ import annotations

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
