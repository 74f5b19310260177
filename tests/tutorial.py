"""The tutorial's script, as a function: scikit-learn alone, nothing of ours."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler


def losses(epochs: int) -> np.ndarray:
    """Train as the tutorial does; give (epochs, 2): train and validation loss."""
    diabetes = load_diabetes()
    x_train, x_test, y_train, y_test = train_test_split(
        diabetes.data, diabetes.target, test_size=0.2, random_state=42
    )
    scaler = StandardScaler()
    x_train = scaler.fit_transform(x_train)
    x_test = scaler.transform(x_test)
    mlp = MLPRegressor(
        hidden_layer_sizes=(128,),
        max_iter=20,
        alpha=1e-4,
        solver="adam",
        random_state=42,
        learning_rate_init=0.001,
    )
    rows = []
    for _ in range(epochs):
        mlp.partial_fit(x_train, y_train)
        train = mean_squared_error(y_train, mlp.predict(x_train))
        rows.append((train, mean_squared_error(y_test, mlp.predict(x_test))))
    return np.array(rows)
