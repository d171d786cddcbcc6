"""The GraphQL face: a part of Linear's schema, with its names, types and nullability. https://linear.app/developers"""
