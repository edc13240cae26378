"""What a model is made of: layers, parameters, multiply-adds, and what depthwise separation saves."""
