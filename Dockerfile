# One image for both processes: compose.yaml says which one a container runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY . .
# The checkout itself is what runs; this adds the `threadwind` command.
RUN pip install --no-deps --no-build-isolation --editable . && useradd --create-home threadwind

USER threadwind
EXPOSE 3000
CMD ["python", "-m", "bot"]
